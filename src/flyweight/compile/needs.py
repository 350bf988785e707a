"""Walks what an entity needs: the entities in its graph, at any depth, each before whatever calls it."""

from collections.abc import Iterator
from typing import Any

from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.conditional import Branch, nodes_within
from flyweight.sdk.entity import AnyEntity
from flyweight.sdk.gate import Gate
from flyweight.sdk.launch_plan import LaunchPlan
from flyweight.sdk.map_task import MappedEntity, MapTask
from flyweight.sdk.node import Node
from flyweight.sdk.reference import ReferenceEntity
from flyweight.sdk.task import PythonFunctionTask
from flyweight.sdk.workflow import Workflow


def needs(entity: AnyEntity) -> Iterator[AnyEntity]:
    """Walk what an entity needs, then itself: tasks and launch plans before the workflow that calls them."""
    match entity:
        case ReferenceEntity() | Branch() | Gate():
            return  # registered already, or a part of its workflow; the nodes of a branch are walked there
        case Workflow():
            for node in all_nodes(entity):
                yield from needs(node.entity)
        case MappedEntity():
            yield from needs(entity.target)
            return
        case LaunchPlan():
            yield from needs(entity.workflow)
        case PythonFunctionTask():
            for hint in entity.node_dependency_hints:
                yield from needs(hint)
        case _:
            pass
    yield entity


def task_of(entity: AnyEntity) -> PythonTask[Any] | None:
    """Give the task that an entity is, or maps over lists; None of anything else."""
    match entity:
        case PythonTask():
            return entity
        case MapTask():
            return entity.target
        case _:
            return None


def all_nodes(workflow: Workflow[..., Any]) -> list[Node]:
    """Give a workflow's nodes, those of branches and the one for its failure included."""
    graph = workflow.graph
    failure = () if graph.failure_node is None else (graph.failure_node,)
    return list(nodes_within((*graph.nodes, *failure)))
