"""Where Flyte's own configuration file lies: what ``FLYTECTL_CONFIG`` names, else ``~/.flyte/config.yaml``."""

import logging
from pathlib import Path

from flyweight.settings.environment import variable

_log = logging.getLogger(__name__)


def flyte_config_path() -> Path | None:
    """Give the file's path, if there is one."""
    named = variable("FLYTECTL_CONFIG")
    if named:
        path = Path(named).expanduser()
        if path.is_file():
            return path
        _log.warning("FLYTECTL_CONFIG names %s, which is not there; it is ignored, as flytekit ignores it", path)
    path = Path.home() / ".flyte" / "config.yaml"
    return path if path.is_file() else None
