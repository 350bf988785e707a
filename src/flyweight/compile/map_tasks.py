"""Turns a mapped task into the spec of its task over lists, and a call of it into a flyteidl ArrayNode."""

from collections.abc import Iterable

from flyteidl.admin import task_pb2 as admin_task_pb2
from flyteidl.core import tasks_pb2, workflow_pb2
from google.protobuf import json_format

from flyweight.compile.settings import SerializationSettings
from flyweight.compile.tasks import interface, task_spec
from flyweight.sdk.map_task import MappedEntity, MapTask
from flyweight.sdk.reference import ReferenceTask

MAPPED_RESOLVER = "flyweight.runtime.resolver.mapped"


def map_task_spec(mapped: MapTask, settings: SerializationSettings) -> admin_task_pb2.TaskSpec:
    """Give the spec: the task's own, over lists; its worker takes the element that the environment names.

    Raises:
        InvalidInput: the task is not at its module's top level, so that no worker could find it.

    """
    spec = task_spec(mapped.target, settings)
    template = spec.template
    template.id.name = mapped.name
    template.task_type_version = 1  # as flytekit marks an array node's task
    template.interface.CopyFrom(interface(mapped.interface))
    if template.HasField("container"):
        template.container.args[:] = _element_arguments(mapped, template.container.args)
    if template.HasField("k8s_pod"):
        take_element(mapped, template.k8s_pod, template.config["primary_container_name"])
    spec.ClearField("description")
    return spec


def take_element(mapped: MapTask, pod: tasks_pb2.K8sPod, primary: str) -> None:
    """Let the task's own container of a pod take the element that the environment names."""
    manifest = json_format.MessageToDict(pod.pod_spec)
    for container in manifest["containers"]:
        if container["name"] == primary:
            container["args"] = _element_arguments(mapped, container["args"])
    json_format.ParseDict(manifest, pod.pod_spec)


def _element_arguments(mapped: MapTask, arguments: Iterable[str]) -> list[str]:
    whole = list(arguments)
    start = whole.index("--resolver")
    resolver, loader = whole[start + 1], whole[start + 3 :]
    found_by = ("vars", ",".join(mapped.bound), "resolver", resolver, *loader)
    return [*whole[:start], "--resolver", MAPPED_RESOLVER, "--", *found_by]


def array_node(mapped: MapTask | MappedEntity, inner: workflow_pb2.Node) -> workflow_pb2.ArrayNode:
    """Give the array node around the node of one element."""
    options = mapped.options
    made = workflow_pb2.ArrayNode(node=inner, bound_inputs=mapped.bound, run_all_sub_nodes=options.run_all_sub_nodes)
    made.is_original_sub_node_interface.value = isinstance(mapped, MappedEntity)
    if isinstance(mapped, MappedEntity):  # as flytekit tells Flyte's engine to keep the elements
        task = isinstance(mapped.target, ReferenceTask)
        modes = workflow_pb2.ArrayNode
        made.data_mode = modes.INDIVIDUAL_INPUT_FILES if task else modes.SINGLE_INPUT_FILE
        made.execution_mode = modes.MINIMAL_STATE if task else modes.FULL_STATE
    if options.min_successes is not None:
        made.min_successes = options.min_successes
    else:
        made.min_success_ratio = options.min_success_ratio
    if options.concurrency is not None:
        made.parallelism = options.concurrency
    return made
