"""Turns a mapped task into the spec of its task over lists, and a call of it into a flyteidl ArrayNode."""

from flyteidl.admin import task_pb2 as admin_task_pb2
from flyteidl.core import workflow_pb2

from flyweight.compile.settings import SerializationSettings
from flyweight.compile.tasks import interface, task_spec
from flyweight.sdk.map_task import MapTask

MAPPED_RESOLVER = "flyweight.runtime.resolver.mapped"


def map_task_spec(mapped: MapTask, settings: SerializationSettings) -> admin_task_pb2.TaskSpec:
    """Give the spec: the task's own, over lists; its worker takes the element that the environment names.

    Raises:
        InvalidInput: the task is not at its module's top level, so that no worker could find it.

    """
    spec = task_spec(mapped.task, settings)
    template = spec.template
    template.id.name = mapped.name
    template.task_type_version = 1  # as flytekit marks an array node's task
    template.interface.CopyFrom(interface(mapped.interface))
    arguments = list(template.container.args)
    start = arguments.index("--resolver")
    resolver, loader = arguments[start + 1], arguments[start + 3 :]
    template.container.args[start:] = [
        *("--resolver", MAPPED_RESOLVER, "--"),
        *("vars", ",".join(mapped.bound), "resolver", resolver, *loader),
    ]
    spec.ClearField("description")
    return spec


def array_node(mapped: MapTask, inner: workflow_pb2.Node) -> workflow_pb2.ArrayNode:
    """Give the array node around the node of one element."""
    options = mapped.options
    made = workflow_pb2.ArrayNode(node=inner, bound_inputs=mapped.bound)
    made.is_original_sub_node_interface.value = False
    if options.min_successes is not None:
        made.min_successes = options.min_successes
    else:
        made.min_success_ratio = options.min_success_ratio
    if options.concurrency is not None:
        made.parallelism = options.concurrency
    return made
