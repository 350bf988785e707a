"""Signals: listed, made ahead of their gates, answered with values of their type, and refused in words."""

import asyncio

import pytest
from flyteidl.admin import common_pb2, execution_pb2, signal_pb2, workflow_pb2
from flyteidl.core import identifier_pb2
from flyteidl.core import workflow_pb2 as core_workflow_pb2

from flyweight import literals
from flyweight.engine.phases import ExecutionPhase
from flyweight.errors import InvalidInput, NotFound, PreconditionFailed
from tests.unit.services.conftest import Platform
from tests.unit.services.entities import (
    INTEGER,
    STRING,
    D,
    P,
    execution_request,
    ident,
    inputs,
    interface,
    launch_plan_request,
    promise,
)

OF = identifier_pb2.WorkflowExecutionIdentifier(project=P, domain=D, name="asking")


def signal_id(signal: str) -> identifier_pb2.SignalIdentifier:
    return identifier_pb2.SignalIdentifier(signal_id=signal, execution_id=OF)


def answer(signal: str, value: int | str) -> signal_pb2.SignalSetRequest:
    return signal_pb2.SignalSetRequest(id=signal_id(signal), value=literals.primitive(value))


@pytest.fixture
async def asking(platform: Platform) -> Platform:
    """A platform with an execution that waits for an integer, which it returns."""
    template = core_workflow_pb2.WorkflowTemplate(
        id=ident(identifier_pb2.WORKFLOW, "lib.wf"), interface=interface(), outputs=[promise("o0", "n0", "o0")]
    )
    condition = core_workflow_pb2.SignalCondition(signal_id="rate", type=INTEGER, output_variable_name="o0")
    template.nodes.add(id="n0").gate_node.signal.CopyFrom(condition)
    spec = workflow_pb2.WorkflowSpec(template=template)
    await platform.workflows.create_workflow(workflow_pb2.WorkflowCreateRequest(id=template.id, spec=spec))
    await platform.launch_plans.create_launch_plan(launch_plan_request())
    plan = ident(identifier_pb2.LAUNCH_PLAN, "lib.wf")
    await platform.executions.create_execution(execution_request(plan, inputs(x=1), name="asking"))
    return platform


async def listed(platform: Platform) -> dict[str, signal_pb2.Signal]:
    request = signal_pb2.SignalListRequest(workflow_execution_id=OF, limit=10)
    return {each.id.signal_id: each for each in (await platform.signals.list_signals(request)).signals}


async def test_an_answer_lets_the_execution_go_on_and_stays(asking: Platform) -> None:
    assert (await listed(asking))["rate"].type == INTEGER
    await asking.signals.set_signal(answer("rate", 7))
    shown = await asking.executions.get_execution(execution_pb2.WorkflowExecutionGetRequest(id=OF))
    assert shown.closure.phase == ExecutionPhase.SUCCEEDED.value
    data = await asking.executions.get_execution_data(execution_pb2.WorkflowExecutionGetDataRequest(id=OF))
    assert data.full_outputs == inputs(o0=7)
    assert (await listed(asking))["rate"].value == literals.primitive(7)
    await asking.signals.set_signal(answer("rate", 7))  # a retry of the call
    with pytest.raises(PreconditionFailed, match=r"signal 'rate' was answered already: 7\. It is not changed."):
        await asking.signals.set_signal(answer("rate", 8))


async def test_of_two_who_answer_at_once_the_first_counts_and_the_other_is_told(asking: Platform) -> None:
    wanted = signal_pb2.SignalGetOrCreateRequest(id=signal_id("early"), type=INTEGER)
    await asking.signals.get_or_create_signal(wanted)
    both = (asking.signals.set_signal(answer("early", value)) for value in (1, 2))
    told = await asyncio.gather(*both, return_exceptions=True)
    [refused] = [each for each in told if isinstance(each, PreconditionFailed)]
    stands = literals.primitive_value((await listed(asking))["early"].value)
    assert (stands, refused.message) == (
        told.index(refused) or 2,
        f"signal 'early' was answered already: {stands}. It is not changed.",
    )
    await asking.executions.terminate_execution(execution_pb2.ExecutionTerminateRequest(id=OF, cause="enough"))
    with pytest.raises(PreconditionFailed, match="ended already"):
        await asking.signals.set_signal(answer("rate", 8))


async def test_answers_that_cannot_be_taken_are_refused_and_change_nothing(asking: Platform) -> None:
    with pytest.raises(InvalidInput, match="failed to validate that signal 'other' exists"):
        await asking.signals.set_signal(answer("other", 7))
    with pytest.raises(InvalidInput, match="not castable: expected integer, got string"):
        await asking.signals.set_signal(answer("rate", "seven"))
    unknown = answer("rate", 7)
    unknown.id.execution_id.name = "unknown"
    with pytest.raises(NotFound):
        await asking.signals.set_signal(unknown)
    assert not (await listed(asking))["rate"].HasField("value")


async def test_a_signal_can_be_made_before_its_gate_is_reached(asking: Platform) -> None:
    wanted = signal_pb2.SignalGetOrCreateRequest(id=signal_id("later"), type=STRING)
    assert (await asking.signals.get_or_create_signal(wanted)).type == STRING
    wanted.type.CopyFrom(INTEGER)
    assert (await asking.signals.get_or_create_signal(wanted)).type == STRING  # it is there and stays as it is
    with pytest.raises(InvalidInput, match="needs an id, and the type"):
        await asking.signals.get_or_create_signal(signal_pb2.SignalGetOrCreateRequest(id=signal_id("typeless")))


async def test_those_that_a_gate_waits_for_now_can_be_asked_for(asking: Platform) -> None:
    async def awaited(yes: str = "true") -> list[str]:
        request = signal_pb2.SignalListRequest(workflow_execution_id=OF, limit=10, filters=f"eq(awaited,{yes})")
        return [each.id.signal_id for each in (await asking.signals.list_signals(request)).signals]

    await asking.signals.get_or_create_signal(signal_pb2.SignalGetOrCreateRequest(id=signal_id("later"), type=STRING))
    assert (await awaited(), await awaited("false")) == (["rate"], ["later"])
    await asking.executions.terminate_execution(execution_pb2.ExecutionTerminateRequest(id=OF, cause="enough"))
    assert (await awaited(), await awaited("false")) == ([], ["later", "rate"])


async def test_signals_are_listed_in_pages(asking: Platform) -> None:
    await asking.signals.get_or_create_signal(signal_pb2.SignalGetOrCreateRequest(id=signal_id("z"), type=INTEGER))
    by_name = common_pb2.Sort(key="signal_id", direction=common_pb2.Sort.DESCENDING)
    request = signal_pb2.SignalListRequest(workflow_execution_id=OF, limit=1, sort_by=by_name)
    first = await asking.signals.list_signals(request)
    request.token = first.token
    second = await asking.signals.list_signals(request)
    assert [each.id.signal_id for each in (*first.signals, *second.signals)] == ["z", "rate"]
    with pytest.raises(InvalidInput, match="limit is 0"):
        await asking.signals.list_signals(signal_pb2.SignalListRequest(workflow_execution_id=OF))
