"""A caller's inputs, a launch plan's defaults and its fixed inputs, and what is wrong with them."""

import pytest
from flyteidl.core import interface_pb2, literals_pb2, types_pb2

from flyweight import literals
from flyweight.errors import InvalidInput
from flyweight.semantics.inputs import merge_inputs, parameters
from tests.simulation.workflows import INTEGER, STRING, inputs_of, variables

EXPECTED = interface_pb2.ParameterMap(
    parameters={
        "x": interface_pb2.Parameter(var=interface_pb2.Variable(type=INTEGER), required=True),
        "y": interface_pb2.Parameter(var=interface_pb2.Variable(type=STRING), default=literals.primitive("why")),
    }
)
NOTHING = literals_pb2.LiteralMap()


def test_the_callers_value_wins_over_the_default_and_fixed_inputs_are_added():
    assert merge_inputs(EXPECTED, NOTHING, inputs_of(x=1)) == inputs_of(x=1, y="why")
    assert merge_inputs(EXPECTED, inputs_of(z=9), inputs_of(x=1, y="me")) == inputs_of(x=1, y="me", z=9)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (inputs_of(x=1, q=2), "invalid input q: the inputs are x: integer, y: string"),
        (inputs_of(), "expected_inputs x missing: pass a value of type integer"),
        (inputs_of(x="1"), "invalid x input wrong type: expected integer, got string"),
        (inputs_of(x=1, z=2), "fixed_inputs z cannot be overridden"),
    ],
)
def test_what_is_wrong_is_named(given, fault):
    with pytest.raises(InvalidInput) as caught:
        merge_inputs(EXPECTED, inputs_of(z=9), given)
    assert fault in caught.value.message


def test_all_faults_are_said_at_once():
    with pytest.raises(InvalidInput, match=r"invalid input q.*expected_inputs x missing"):
        merge_inputs(EXPECTED, NOTHING, inputs_of(q=1))


def test_a_task_needs_all_its_inputs():
    made = parameters(variables(a=types_pb2.LiteralType(simple=types_pb2.FLOAT)))
    with pytest.raises(InvalidInput, match="expected_inputs a missing: pass a value of type float"):
        merge_inputs(made, NOTHING, NOTHING)
