"""An execution begins anew with some inputs changed: what it had goes along, but for what its launch plan decides."""

import pytest
from flyteidl.admin import execution_pb2
from flyteidl.core import literals_pb2

from flyweight import LaunchPlan, literals, task, workflow
from flyweight.client import rpcs
from flyweight.client.remote import FlyteRemote
from flyweight.errors import InvalidInput
from flyweight.semantics.rerun import RERUN_NODE
from tests.unit.client.registry import Registry


@task
def area(width: int, height: int, depth: int) -> int:
    return width * height * depth


@workflow
def areas(width: int, height: int = 2, depth: int = 3) -> int:
    return area(width=width, height=height, depth=depth)


deep = LaunchPlan.get_or_create(areas, name="areas_deep", fixed_inputs={"depth": 7})


@pytest.fixture
def ran(registry: Registry, remote: FlyteRemote) -> Registry:
    """A platform on which the launch plan ran once."""
    remote.execute(deep, {"width": 5}, execution_name="first", version="v1")
    spec = registry.server.calls[-1][1].spec
    spec.labels.values["team"] = "a"
    spec.annotations.values[RERUN_NODE] = "n0"
    had = {"width": 5, "height": 2, "depth": 7}
    data = execution_pb2.WorkflowExecutionGetDataResponse(
        full_inputs=literals_pb2.LiteralMap(literals={name: literals.primitive(value) for name, value in had.items()})
    )
    registry.server.answer(rpcs.GET_EXECUTION, lambda request: execution_pb2.Execution(id=request.id, spec=spec))
    registry.server.answer(rpcs.GET_EXECUTION_DATA, lambda _: data)
    return registry


def test_what_is_given_takes_the_place_of_what_it_had(ran: Registry, remote: FlyteRemote) -> None:
    assert remote.relaunch("first", "second", {"width": 6}).name == "second"
    (asked,) = [request for name, request in ran.server.calls if name == "CreateExecution" and request.name == "second"]
    assert {name: literals.to_bytes(value) for name, value in asked.inputs.literals.items()} == {
        "width": literals.to_bytes(literals.primitive(6)),
        "height": literals.to_bytes(literals.primitive(2)),
    }
    assert asked.spec.launch_plan.version == "v1"
    assert asked.spec.labels.values["team"] == "a"
    assert asked.spec.metadata.mode == execution_pb2.ExecutionMetadata.RELAUNCH
    assert asked.spec.metadata.reference_execution.name == "first"
    assert RERUN_NODE not in asked.spec.annotations.values


@pytest.mark.parametrize(("given", "told"), [({"depth": 8}, "`depth` is fixed"), ({"widths": 8}, "widths")])
@pytest.mark.usefixtures("ran")
def test_an_input_that_cannot_be_changed_is_refused(remote: FlyteRemote, given: dict[str, int], told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        remote.relaunch("first", "", given)
