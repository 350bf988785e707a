"""Keeps what cached tasks gave in runs here, a file an entry: for later runs on this machine, by the platform's keys.

Whatever goes wrong with the files costs a run of the task, and never the run.
"""

import fcntl
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from flyteidl.core import literals_pb2
from google.protobuf.message import DecodeError

from flyweight import blob, literals
from flyweight.compile.tasks import interface
from flyweight.errors import FlyweightError
from flyweight.ids import new_object_name
from flyweight.sdk.node import Overrides
from flyweight.sdk.resolvers import AnyTask
from flyweight.semantics.caching import (
    NOTHING_KEPT,
    CacheKey,
    Caching,
    difference,
    interface_digest,
    nearest,
)
from flyweight.settings import load_local_cache_settings

LOGGER = logging.getLogger("flyweight.local")
PLACE = "local"
"""Project and domain of what runs here."""
_ENTRY = ".entry"
_LOCK = ".lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalCache:
    """The entries in one folder; several processes may share it."""

    folder: Path

    def look_up(self, key: CacheKey) -> tuple[literals_pb2.LiteralMap | None, str]:
        """Give the outputs that are kept for a key; without them None, and why nothing fits."""
        kept = self._read(self._path(key))
        if kept is None or kept[0] != key:
            others = (self._read(path) for path in sorted(self._path(key).parent.glob(f"*{_ENTRY}")))
            other = nearest(key, (each[0] for each in others if each is not None))
            return None, NOTHING_KEPT if other is None else difference(key, other)
        if all(blob.is_there(uri) for uri in literals.uris(kept[1])):
            return kept[1], ""
        return None, "files that its outputs are made of are not there any more"

    def keep(self, key: CacheKey, outputs: literals_pb2.LiteralMap) -> None:
        """Keep outputs, in place of those that were kept; raises ``OSError``."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{new_object_name()}")
        parts = {part.name: getattr(key, part.name) for part in fields(key) if part.init}
        head = json.dumps(parts | {"digests": dict(key.digests)})
        try:
            new.write_bytes(head.encode() + b"\n" + literals.to_bytes(outputs))
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)

    @contextmanager
    def alone(self, key: CacheKey) -> Generator[None]:
        """Run the body while nobody else on this machine computes the same; who dies lets the next one in."""
        path = self._path(key).with_suffix(_LOCK)
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def clear(self) -> int:
        """Forget everything; gives how many entries there were."""
        count = len(list(self.folder.glob(f"*/*{_ENTRY}")))
        shutil.rmtree(self.folder, ignore_errors=True)
        return count

    def _path(self, key: CacheKey) -> Path:
        task = hashlib.sha256(f"{key.project}:{key.domain}:{key.task}".encode()).hexdigest()[:16]
        return self.folder / task / f"{key.digest}{_ENTRY}"

    def _read(self, path: Path) -> tuple[CacheKey, literals_pb2.LiteralMap] | None:
        try:
            head, _, body = path.read_bytes().partition(b"\n")
            return CacheKey(**json.loads(head)), literals.map_from_bytes(body)
        except (OSError, ValueError, TypeError, DecodeError):  # not there, or not ours
            return None


def through_cache(
    task: AnyTask,
    inputs: literals_pb2.LiteralMap,
    overrides: Overrides,
    run: Callable[[], literals_pb2.LiteralMap],
) -> literals_pb2.LiteralMap:
    """Give what a task gave earlier with these inputs, if it is cached; else run it and keep what it gives."""
    caching = local_caching(task, overrides)
    if caching is None:  # the usual case, before any file is looked at
        return run()
    settings = load_local_cache_settings()
    if not settings.enabled:
        return run()
    kept, key = LocalCache(folder=settings.folder), caching.key(inputs)
    if caching.serialize:
        try:
            with kept.alone(key):
                return _through(kept, key, run, overwrite=settings.overwrite)
        except OSError as error:
            LOGGER.warning("%s cannot wait for others that compute the same: %s", task.name, error)
    return _through(kept, key, run, overwrite=settings.overwrite)


def local_caching(task: AnyTask, overrides: Overrides) -> Caching | None:
    """Tell how a task's outputs are kept where a node calls it; None if they are not."""
    options, cache = task.options, task.options.cache
    if not overrides.get("cache", cache):
        return None
    return Caching(
        project=PLACE,
        domain=PLACE,
        task=task.name,
        version=overrides.get("cache_version", options.cache_version),
        interface=interface_digest(interface(task.interface)),
        serialize=overrides.get("cache_serialize", cache.serialize if cache else False),
        ignored=cache.get_ignored_inputs() if cache else (),
    )


def _through(
    cache: LocalCache, key: CacheKey, run: Callable[[], literals_pb2.LiteralMap], *, overwrite: bool
) -> literals_pb2.LiteralMap:
    if not overwrite:
        outputs, reason = _look_up(cache, key)
        if outputs is not None:
            LOGGER.info("%s: its outputs are in the local cache (cache version %s).", key.task, key.version)
            return outputs
        LOGGER.info("%s: not in the local cache: %s.", key.task, reason)
    outputs = run()
    try:
        cache.keep(key, outputs)
    except OSError as error:
        LOGGER.warning("%s: its outputs could not be kept: %s", key.task, error)
    return outputs


def _look_up(cache: LocalCache, key: CacheKey) -> tuple[literals_pb2.LiteralMap | None, str]:
    try:
        return cache.look_up(key)
    except (OSError, FlyweightError) as error:
        return None, f"it could not be read: {error}"
