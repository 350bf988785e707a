"""Whether runs here take outputs from earlier ones, and where those are kept: Flyte's variables, else Flyte's file."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flyweight.settings.environment import variable
from flyweight.settings.files import entry, flag, parsed, read_yaml
from flyweight.settings.flyte_file import flyte_config_path
from flyweight.settings.platform import default_data_dir


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalCacheSettings:
    """How runs here cache."""

    enabled: bool = True
    overwrite: bool = False
    """Whether tasks run although their outputs are kept; what they give is kept instead."""
    folder: Path


def load_local_cache_settings() -> LocalCacheSettings:
    """Gather them: ``FLYTE_LOCAL_CACHE_ENABLED`` and ``_OVERWRITE``, else ``local`` of Flyte's configuration file.

    Raises:
        InvalidInput: a value is neither true nor false.
    """
    return LocalCacheSettings(
        enabled=_switch("FLYTE_LOCAL_CACHE_ENABLED", "local.cache_enabled", default=True),
        overwrite=_switch("FLYTE_LOCAL_CACHE_OVERWRITE", "local.cache_overwrite", default=False),
        folder=default_data_dir() / "local-cache",
    )


def _switch(name: str, dotted: str, *, default: bool) -> bool:
    value = variable(name)
    if value:
        return bool(parsed(flag, value, name))
    written = entry(_file(flyte_config_path()), dotted)
    return default if written is None else bool(parsed(flag, written, dotted))


@functools.cache
def _file(path: Path | None) -> Mapping[str, Any]:
    return read_yaml(path) if path else {}
