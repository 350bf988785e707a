"""Turns the graph that a dynamic task drew into flyteidl's DynamicJobSpec: all that an engine needs to run it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flyteidl.core import dynamic_job_pb2, identifier_pb2

from flyweight.compile.graphs import graph_nodes, graph_outputs
from flyweight.compile.map_tasks import map_task_spec
from flyweight.compile.needs import all_nodes
from flyweight.compile.settings import ImageConfig, SerializationSettings
from flyweight.compile.specs import sub_workflows
from flyweight.compile.tasks import task_spec
from flyweight.errors import Unsupported
from flyweight.sdk.auto_container import COMPILED_WITH, PICKLED_RESOLVER
from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.conditional import nodes_within
from flyweight.sdk.map_task import MapTask
from flyweight.sdk.node import Node
from flyweight.sdk.reference import ReferenceTask
from flyweight.sdk.resources import Resources
from flyweight.sdk.workflow import Graph, Workflow


def job_spec(graph: Graph, settings: SerializationSettings) -> dynamic_job_pb2.DynamicJobSpec:
    """Give the spec of a graph that was drawn at run time.

    Raises:
        CompileError: the graph does not hold together.
        Unsupported: it calls a reference task, whose template is not here.

    """
    tasks = dict.fromkeys(_tasks(graph.nodes))
    specs = [
        map_task_spec(task, settings) if isinstance(task, MapTask) else task_spec(task, settings) for task in tasks
    ]
    return dynamic_job_pb2.DynamicJobSpec(
        nodes=graph_nodes(graph.nodes, settings),
        min_successes=len(graph.nodes),
        outputs=graph_outputs(graph.outputs),
        tasks=[spec.template for spec in specs],
        subworkflows=sub_workflows(graph.nodes, settings),
    )


def settings_at_run(
    task: identifier_pb2.Identifier, resolver: str, bundle_uri: str, variables: Mapping[str, str]
) -> SerializationSettings:
    """Give the settings that a running dynamic or eager task was compiled with, for the tasks that it calls."""
    kept: dict[str, Any] = json.loads(variables.get(COMPILED_WITH, "{}"))
    images = ImageConfig()
    if "image" in kept:
        images = ImageConfig.from_images(kept["image"], kept.get("images"))
    return SerializationSettings(
        project=task.project,
        domain=task.domain,
        version=task.version,
        image_config=images,
        env=kept.get("env", {}),
        bundle_uri=bundle_uri,
        destination_dir=kept.get("destination", "."),
        code_digest=kept.get("digest", ""),
        default_resources=Resources(**kept.get("requests", {})),
        default_limits=Resources(**kept.get("limits", {})),
        interactive=resolver == PICKLED_RESOLVER,
    )


def _tasks(nodes: Iterable[Node]) -> Iterator[PythonTask[Any] | MapTask]:
    """Walk the tasks of nodes and of workflows among them; launch plans are found by the platform."""
    for node in nodes_within(tuple(nodes)):
        match node.entity:
            case PythonTask() | MapTask():
                yield node.entity
            case Workflow():
                yield from _tasks(all_nodes(node.entity))
            case ReferenceTask():
                raise Unsupported(
                    f"{node.entity.name} is a reference, and a dynamic task cannot call one: its template is not here. "
                    "Call it in the workflow, or through a launch plan."
                )
            case _:
                pass
