"""How a platform is to run: from arguments, else ``FLYWEIGHT_*``, else ``<data_dir>/config.yaml``, else defaults."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from flyweight.errors import InvalidInput
from flyweight.settings.environment import variable
from flyweight.settings.files import flag, parsed, read_yaml, text, words

DEFAULT_PORT = 30080
"""Flyte's sandbox answers there, and ``Config.for_sandbox()`` calls it."""

CONFIG_FILE = "config.yaml"
OWN_FLAVOR = "flyweight"
"""``metadata.runtime.flavor`` of our own tasks, and the key in ``environments`` of the interpreter that they run in."""

_KIB = 1024
_LARGEST_PORT = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformSettings:
    """How a platform is to run."""

    host: str = "127.0.0.1"
    """Address to listen at; another than loopback needs ``insecure_bind``."""
    port: int = DEFAULT_PORT
    """0 takes any free one."""
    data_dir: Path = field(default_factory=lambda: Path.home() / ".flyweight")
    """Absolute folder of the database, the objects, logs and sockets."""
    workers: int = field(default_factory=lambda: max(2, os.cpu_count() or 2))
    """Tasks that run at once."""
    max_parallelism: Mapping[str, int] = field(default_factory=dict[str, int])
    """Tasks of one execution that run at once, by project (``*`` for all others), where neither its launch plan nor who
    starts it says so; without an entry there is no limit."""
    project_parallelism: Mapping[str, int] = field(default_factory=dict[str, int])
    """Tasks of one project that run at once, over all of its executions, by project (``*`` for each of all others);
    what is more waits. Without an entry, or with 0, there is no ceiling."""
    cgroups: str = "auto"
    """Whether the kernel's control groups hold tasks to their limits: ``auto`` where the platform runs in a group that
    is evidently its own to divide, ``on`` in the one that it runs in whoever made it, ``off`` never."""
    queue_timeout: float = 0.0
    """Seconds that an attempt may wait for one of the ``workers``, also over restarts; then it has failed for the
    platform's fault, and is tried again as after any such. 0: for as long as it takes."""
    inline_limit: int = 64 * _KIB
    """Bytes; literal maps above it stand in the blob store, and not in rows."""
    offload_min_mb: int = 10
    """Megabytes; an output that takes as much stands in a file of its own, which its literal points at (Flyte's literal
    offloading): the platform reads it only where something looks into it."""
    offload_max_mb: int = 1000
    """Megabytes; a task fails whose output takes as much, unless it gives it as a file or dataframe."""
    max_request_bytes: int = 32 * _KIB * _KIB
    """Larger requests are refused (uploads of objects are not requests in this sense)."""
    max_upload_bytes: int = 16 * _KIB * _KIB * _KIB
    """Larger objects are refused by the platform's own blob store."""
    grace_seconds: float = 10.0
    """How long a task that is stopped may take to end by itself."""
    environments: Mapping[str, str] = field(default_factory=lambda: {OWN_FLAVOR: sys.executable})
    """Python executables by container image (patterns with ``*`` and ``?``); ``flyweight`` for our own tasks,
    ``default`` for images that nothing else matches."""
    allowed_hosts: tuple[str, ...] = ()
    """Names beyond its own by which browsers may call it."""
    secrets_dir: Path | None = None
    """Folder of secrets that tasks may ask for, ``<group>/<key>``; ``<data_dir>/secrets`` if none is named."""
    insecure_bind: bool = False
    """Whether it may listen where others can reach it, without asking who they are."""


def default_data_dir() -> Path:
    """Give the data folder that is meant when nobody names one: ``FLYWEIGHT_DATA_DIR``, else ``~/.flyweight``."""
    return Path(variable("FLYWEIGHT_DATA_DIR", "~/.flyweight")).expanduser().absolute()


def load_platform_settings(overrides: Mapping[str, object] | None = None) -> PlatformSettings:
    """Gather the settings; ``overrides`` (the command line's) win over environment, file and defaults, None is unset.

    Raises:
        InvalidInput: A value or name is wrong; the message says where it stands.
    """
    given = {name: value for name, value in (overrides or {}).items() if value is not None}
    _refuse_unknown(given, "settings")
    data_dir = parsed(_folder, given.get("data_dir", default_data_dir()), "data_dir")
    path = data_dir / CONFIG_FILE
    file = {name.replace("-", "_"): value for name, value in read_yaml(path).items()}
    _refuse_unknown(file, str(path))
    chosen: dict[str, Any] = {}
    for name, parse in _PARSERS.items():
        from_environment = variable(f"FLYWEIGHT_{name.upper()}")
        if name in given:
            chosen[name] = parsed(parse, given[name], name)
        elif from_environment:
            chosen[name] = parsed(parse, from_environment, f"FLYWEIGHT_{name.upper()}")
        elif name in file:
            chosen[name] = parsed(parse, file[name], f"{path}, {name}")
    chosen["data_dir"] = data_dir
    return PlatformSettings(**chosen)


def _refuse_unknown(given: Mapping[str, object], place: str) -> None:
    for name in given:
        if name not in _PARSERS:
            near = get_close_matches(name, _PARSERS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(_PARSERS)}."
            raise InvalidInput(f"{place}: there is no setting {name!r}: {hint}")


def _folder(value: Any) -> Path:
    return Path(value).expanduser().absolute()


def _between(least: float, most: float, kind: type[int] | type[float]) -> Callable[[Any], float]:
    def parse(value: Any) -> float:
        try:
            number = kind(value)
        except (ValueError, TypeError):
            raise ValueError(f"{value!r} is not a number") from None
        if not least <= number <= most:
            raise ValueError(f"{value} is not between {least} and {most}")
        return number

    return parse


def _one_of(*words: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        # YAML reads on and off as true and false.
        word = {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value).strip().lower()
        if word not in words:
            raise ValueError(f"{value!r} is none of {', '.join(words)}")
        return word

    return parse


def _environments(value: Any) -> Mapping[str, str]:
    pairs = value.items() if isinstance(value, Mapping) else (part.partition("=")[::2] for part in words(value))
    named = {str(name).strip(): str(Path(str(path).strip()).expanduser()) for name, path in pairs}
    for name, path in named.items():
        if not name or not Path(path).is_absolute():
            raise ValueError(f"{name!r}: give IMAGE=/absolute/path/to/python, not {path!r}")
    return {OWN_FLAVOR: sys.executable, **named}


def _parallelism(value: Any) -> Mapping[str, int]:
    if isinstance(value, Mapping):
        pairs = [(str(name), limit) for name, limit in value.items()]
    else:
        pairs = [(name or "*", limit) for name, _, limit in (part.rpartition("=") for part in words(str(value)))]
    least = _between(0, 1_000_000, int)
    return {name.strip(): int(least(limit)) for name, limit in pairs}


_LARGEST = 1 << 40
_PARSERS: dict[str, Callable[[Any], object]] = {
    "host": text,
    "port": _between(0, _LARGEST_PORT, int),
    "data_dir": _folder,
    "workers": _between(1, 10_000, int),
    "max_parallelism": _parallelism,
    "project_parallelism": _parallelism,
    "cgroups": _one_of("auto", "on", "off"),
    "queue_timeout": _between(0, 30 * 24 * 3600, float),
    "inline_limit": _between(0, 8 * _KIB * _KIB, int),
    "offload_min_mb": _between(0, 2000, int),
    "offload_max_mb": _between(1, 2000, int),
    "max_request_bytes": _between(64 * _KIB, _LARGEST, int),
    "max_upload_bytes": _between(_KIB, _LARGEST, int),
    "grace_seconds": _between(0, 3600, float),
    "environments": _environments,
    "allowed_hosts": words,
    "secrets_dir": _folder,
    "insecure_bind": flag,
}
