"""What dynamic tasks drew, as it is shown: what is gone does not hide the rest of its execution."""

from flyteidl.admin import node_execution_pb2
from flyteidl.core import dynamic_job_pb2, identifier_pb2

from flyweight import blob, literals
from flyweight.engine.jobs import Succeeded
from flyweight.ids import NodeId
from flyweight.protocol import watch_pb2
from flyweight.semantics.layout import FUTURES
from flyweight.services.drawings import Drawings
from tests.unit.services.conftest import Platform
from tests.unit.services.entities import (
    D,
    P,
    execution_request,
    ident,
    inputs,
    task_request,
)

OF = identifier_pb2.WorkflowExecutionIdentifier(project=P, domain=D, name="drew")


async def test_a_drawing_that_is_gone_does_not_hide_its_execution(platform: Platform) -> None:
    await platform.tasks.create_task(task_request())
    request = execution_request(ident(identifier_pb2.TASK, "lib.double"), inputs(x=1), name="drew")
    await platform.executions.create_execution(request)
    job = await platform.executor.next()
    drawn = dynamic_job_pb2.DynamicJobSpec()
    result = drawn.outputs.add(var="o0")
    result.binding.scalar.CopyFrom(literals.primitive(7).scalar)
    blob.put(f"{job.output_prefix}/{FUTURES}", drawn.SerializeToString())
    platform.executor.open_jobs.clear()
    platform.executor.report(Succeeded(attempt=job.attempt, outputs=inputs(), drew=True))
    watched = platform.watch.watch(watch_pb2.WatchRequest(project=P, domain=D, name="drew"))
    assert [event async for event in watched]
    node, drawings = NodeId(job.attempt.node), Drawings(platform.lookup)
    found = await drawings.of(OF)
    assert (found[node].attempt, found[node].closure.primary.template.id.name) == (0, "lib.double")
    blob.delete_prefix(job.output_prefix)
    assert await drawings.of(OF) == {}
    asked = node_execution_pb2.NodeExecutionGetDataRequest(
        id=identifier_pb2.NodeExecutionIdentifier(node_id=node, execution_id=OF)
    )
    data = await platform.nodes.get_node_execution_data(asked)
    assert (data.full_outputs, data.HasField("dynamic_workflow")) == (inputs(o0=7), False)
