"""Turns entities into the files of a Flyte package, which other tools register: ``NN_NAME_{1,2,3}.pb``.

The layout is flytekit's (flytectl reads it): a number that tells the order of registration, the name, and 1 for a
task's spec, 2 for a workflow's, 3 for a launch plan. What the registering tool decides stands there as a template.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from flyteidl.admin import launch_plan_pb2, task_pb2, workflow_pb2

from flyweight.compile.settings import SerializationSettings
from flyweight.compile.specs import Spec, compile_entity, identifier_in
from flyweight.errors import InvalidInput
from flyweight.sdk.entity import AnyEntity

BUNDLE: Final = "{{ .remote_package_path }}"
"""Stands for the code's address, which whoever registers a package fills in."""
DESTINATION: Final = "{{ .dest_dir }}"
"""Likewise for the folder that the code is unpacked into."""


def package_specs(entities: Iterable[AnyEntity], settings: SerializationSettings) -> list[Spec]:
    """Compile entities with all they need, each once, in the order in which they must be registered.

    Raises:
        CompileError: a workflow does not hold together.
        TypeMismatch: a type has no form on the wire.
        InvalidInput: two different entities of one kind have one name.

    """
    found: dict[tuple[type[Spec], str], Spec] = {}
    for entity in entities:
        for spec in compile_entity(entity, settings):
            name = identifier_in(spec).name
            known = found.setdefault((type(spec), name), spec)
            if known != spec:
                raise InvalidInput(f"Two different entities are called {name}. Give each its own name.")
    return list(found.values())


def package_files(specs: list[Spec]) -> Iterator[tuple[str, bytes]]:
    """Give a package's files: names and contents."""
    width = len(str(max(len(specs) - 1, 0)))
    for number, spec in enumerate(specs):
        yield (
            f"{number:0{width}}_{identifier_in(spec).name}_{_kind(spec)}.pb",
            spec.SerializeToString(deterministic=True),
        )


def _kind(spec: Spec) -> int:
    match spec:
        case task_pb2.TaskSpec():
            return 1
        case workflow_pb2.WorkflowSpec():
            return 2
        case launch_plan_pb2.LaunchPlan():
            return 3
