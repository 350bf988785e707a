"""Merges a caller's inputs with a launch plan's defaults and fixed inputs, or says what is wrong in flyteadmin's words.

The rules are those of its validation/execution_validator.go. Local runs of a launch plan follow them too.
"""

from flyteidl.core import interface_pb2, literals_pb2

from flyweight.errors import InvalidInput
from flyweight.semantics.literal_types import describe, mismatch


def merge_inputs(
    expected: interface_pb2.ParameterMap, fixed: literals_pb2.LiteralMap, given: literals_pb2.LiteralMap
) -> literals_pb2.LiteralMap:
    """Give the inputs that a workflow runs with: the caller's, else the default; then what the launch plan fixes.

    Raises:
        InvalidInput: an input is unknown, missing, of the wrong type, or fixed; every fault is named.
    """
    problems = [_unknown(name, expected, fixed) for name in sorted(given.literals) if name not in expected.parameters]
    merged: dict[str, literals_pb2.Literal] = {}
    for name in sorted(expected.parameters):
        parameter = expected.parameters[name]
        if name in given.literals:
            fault = mismatch(given.literals[name], parameter.var.type)
            if fault:
                problems.append(f"invalid {name} input wrong type: {fault}")
            merged[name] = given.literals[name]
        elif parameter.WhichOneof("behavior") == "default":
            merged[name] = parameter.default
        elif parameter.required or parameter.WhichOneof("behavior") is None:
            problems.append(f"expected_inputs {name} missing: pass a value of type {describe(parameter.var.type)}")
    if problems:
        raise InvalidInput("; ".join(problems))
    merged.update(fixed.literals.items())
    return literals_pb2.LiteralMap(literals=merged)


def _unknown(name: str, expected: interface_pb2.ParameterMap, fixed: literals_pb2.LiteralMap) -> str:
    if name in fixed.literals:
        return f"fixed_inputs {name} cannot be overridden: leave it out, or use another launch plan"
    takes = ", ".join(
        f"{known}: {describe(expected.parameters[known].var.type)}" for known in sorted(expected.parameters)
    )
    return f"invalid input {name}: the inputs are {takes or 'none'}"


def parameters(variables: interface_pb2.VariableMap) -> interface_pb2.ParameterMap:
    """Make every variable a required parameter: how a task is called, which has no defaults on the wire."""
    return interface_pb2.ParameterMap(
        parameters={
            name: interface_pb2.Parameter(var=variable, required=True) for name, variable in variables.variables.items()
        }
    )
