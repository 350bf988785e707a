"""The code that goes along with an entity: a bundle of source files, or a pickle of what lives in a running kernel."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flyweight.compile import bundle, pickle_format, pickled
from flyweight.compile.needs import all_nodes
from flyweight.compile.settings import SerializationSettings
from flyweight.compile.versions import derive_version, environment_digest
from flyweight.errors import InvalidInput
from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.entity import Entity
from flyweight.sdk.launch_plan import LaunchPlan
from flyweight.sdk.map_task import MapTask
from flyweight.sdk.workflow import FunctionWorkflow, Workflow

AnyEntity = Entity[Any, Any]

CHOSEN_BY_IMPORTS = "auto"
WHOLE_FOLDER = "all"
NOTHING_GOES_ALONG = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What an entity's tasks need to run elsewhere."""

    digest: str
    """Changes when the code does; does not depend on the process."""
    environment: str = ""
    """Digest of the installed packages, where tasks depend on this process's own."""
    name: str = ""
    """The archive's file name; empty when the image holds the code."""
    pack: Callable[[], bytes] = bytes
    """Makes the archive; asked only when it has to be sent."""

    def version(self, settings: SerializationSettings) -> str:
        """Give the version of this code under these settings."""
        return derive_version(self.digest, settings, self.environment)


def code_of(entity: AnyEntity, copy: str, root: Path | None) -> Code:
    """Take the code from files.

    Args:
        entity: whose code.
        copy: ``auto``, ``all`` or ``none``.
        root: the folder that modules are imported from; the entity's own when left out.

    Raises:
        InvalidInput: the entity was defined in no file.

    """
    if copy == NOTHING_GOES_ALONG:
        return Code(digest=pickled.entity_digest(entity, root))
    found = root or source_root(entity)
    if found is None:
        raise InvalidInput(
            f"{entity.name} is defined in no file, so there is no code to send. From a notebook or an interpreter, "
            "use FlyteRemote(..., interactive_mode_enabled=True)."
        )
    packed = bundle.pack(found, bundle.CopyStyle(copy))
    return Code(digest=packed.digest, name=packed.name, pack=lambda: packed.content)


def kernel_code_of(entity: AnyEntity, root: Path | None) -> Code:
    """Take the code from this process's memory, and its packages as part of the version."""
    return Code(
        digest=pickled.entity_digest(entity, root),
        environment=environment_digest(),
        name=pickle_format.FILE_NAME,
        pack=lambda: pickled.pickle_entity(entity, root),
    )


def source_root(entity: AnyEntity) -> Path | None:
    """Give the folder that the entity's module is imported from."""
    match entity:
        case PythonTask() | FunctionWorkflow():
            return entity.location.root
        case Workflow():
            roots = (source_root(node.entity) for node in all_nodes(entity))
            return next((root for root in roots if root is not None), None)
        case MapTask():
            return source_root(entity.target)
        case LaunchPlan():
            return source_root(entity.workflow)
        case _:
            return None
