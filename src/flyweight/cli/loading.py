"""Finds the user's code: a file or package becomes a module, and a name in it an entity, or the nearest is told."""

import functools
import importlib
import importlib.util
import pkgutil
import sys
import tempfile
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from flyweight import blob, compat
from flyweight.errors import InvalidInput, NotFound
from flyweight.sdk.entity import Entity
from flyweight.sdk.naming import dotted_path
from flyweight.sdk.reference import ReferenceEntity

_REGISTERED: Final = (
    " What is registered is run by its kind: remote-task {0}, remote-workflow {0}, or remote-launchplan {0}."
)
AnyEntity = Entity[Any, Any]


def load_module(place: str) -> ModuleType:
    """Import a file (``folder/file.py``) or a module by its dotted name, with the drop-in for ``flytekit`` installed.

    Raises:
        NotFound: there is no such file or module.
        InvalidInput: a file elsewhere (``s3://``, ``https://``) cannot be read, or the name hides another module.

    """
    compat.install()
    path = _downloaded(place) if "://" in place else Path(place)
    if path.suffix != ".py" and not path.is_dir():
        return _load_named(place)
    if not path.is_file():
        raise NotFound(f"There is no file {place}.")
    dotted, root = dotted_path(path.resolve())
    if not all(part.isidentifier() for part in dotted.split(".")):
        raise InvalidInput(f"{place} cannot be imported: {dotted!r} is no module name. Rename the file.")
    _put_first(root)
    module = importlib.import_module(dotted)
    if Path(module.__file__ or "").resolve() != path.resolve():
        raise InvalidInput(
            f"{place} cannot be imported: the module {dotted!r} is {module.__file__ or 'built into Python'}. "
            "Rename the file."
        )
    return module


def load_modules(place: str) -> list[ModuleType]:
    """Import a file, a module, or a folder or package with everything below it.

    Raises:
        NotFound: there is no such file, folder or module.

    """
    path = Path(place)
    if path.is_dir():
        files = [file for file in sorted(path.rglob("*.py")) if not _hidden(file.relative_to(path))]
        if not files:
            raise NotFound(f"There is no Python file below {place}.")
        return [load_module(str(file)) for file in files]
    module = load_module(place)
    below = pkgutil.walk_packages(getattr(module, "__path__", []), f"{module.__name__}.")
    return [module, *(importlib.import_module(found.name) for found in below)]


def entities_of(module: ModuleType) -> dict[str, AnyEntity]:
    """Give a module's entities by the name of the variable that holds them."""
    return {name: value for name, value in vars(module).items() if isinstance(value, Entity)}


def load_entities(places: Iterable[str]) -> list[AnyEntity]:
    """Give each entity of files, folders or packages once; references are registered already.

    Raises:
        NotFound: there is no such place, or no entity in it.

    """
    found: dict[int, AnyEntity] = {}
    for place in places:
        for module in load_modules(place):
            for entity in entities_of(module).values():
                if not isinstance(entity, ReferenceEntity):
                    found[id(entity)] = entity
    if not found:
        raise NotFound(f"There is no task, workflow or launch plan in {', '.join(places)}.")
    return list(found.values())


def find_entity(module: ModuleType, name: str) -> AnyEntity:
    """Find an entity by its variable's name, or a launch plan by its own.

    Raises:
        NotFound: there is none; the message says which is nearest and which exist.

    """
    known = entities_of(module)
    if name in known:
        return known[name]
    named = {entity.name: entity for entity in known.values()}
    if name in named:
        return named[name]
    place = Path(module.__file__ or module.__name__).name
    nearest = get_close_matches(name, [*known, *named], n=1)
    meant = f" Did you mean {nearest[0]!r}?" if nearest else ""
    there = (
        f" It has: {', '.join(known)}." if known else " It has none at all: decorate functions with @task or @workflow."
    )
    raise NotFound(f"{place} has no task, workflow or launch plan {name!r}.{meant}{there}")


@functools.cache
def _downloaded(uri: str) -> Path:
    """Bring a file of another place into a folder of its own.

    Raises:
        InvalidInput: it cannot be read.

    """
    path = Path(tempfile.mkdtemp(prefix="flyweight-run-")) / uri.rpartition("/")[2]
    try:
        if uri.startswith(("http://", "https://")):
            import urllib.request  # a tenth of a cold run, for the few that need it

            with urllib.request.urlopen(uri, timeout=60) as answer:  # noqa: S310  the user names the place
                path.write_bytes(answer.read())
        else:
            blob.download(uri, path)
    except OSError as error:
        raise InvalidInput(f"{uri} cannot be read: {error}.") from error
    return path


def _load_named(name: str) -> ModuleType:
    _put_first(Path.cwd())
    top = name.partition(".")[0]
    if not name.replace(".", "_").isidentifier() or importlib.util.find_spec(top) is None:
        raise NotFound(f"There is no file and no module {name!r} here.{_REGISTERED.format(name)}")
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise  # what it imports itself is missing
        raise NotFound(f"There is no module {error.name!r} here.{_REGISTERED.format(name)}") from error


def _put_first(folder: Path) -> None:
    entry = str(folder)
    if entry in sys.path:
        sys.path.remove(entry)
    sys.path.insert(0, entry)


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "__pycache__")) or part in {"venv", "node_modules"} for part in path.parts)
