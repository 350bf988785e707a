"""How a running platform is found without configuration: it leaves its address in its data folder while it lives."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flyweight.settings.platform import default_data_dir

DISCOVERY_FILE = "platform.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """A platform that runs on this machine."""

    address: str
    """Host and port, as in ``127.0.0.1:30080``."""
    pid: int
    started: int
    """Microseconds since the epoch."""
    version: str
    data_dir: Path


def write_discovery(data_dir: Path, *, address: str, version: str, started: int) -> None:
    """Say that this process is the platform of the folder, and answers at that address."""
    pid = os.getpid()
    content = {"address": address, "pid": pid, "born": _born(pid), "started": started, "version": version}
    pending = data_dir / f"{DISCOVERY_FILE}.{pid}"
    pending.touch(mode=0o600)
    pending.write_text(json.dumps(content), encoding="utf-8")
    pending.replace(data_dir / DISCOVERY_FILE)


def remove_discovery(data_dir: Path) -> None:
    """Say no more that a platform runs there; that nothing was said is no error."""
    (data_dir / DISCOVERY_FILE).unlink(missing_ok=True)


def discover(data_dir: Path | None = None) -> Discovered | None:
    """Find the platform of a data folder (``default_data_dir()`` if none is given), if it lives."""
    folder = data_dir or default_data_dir()
    try:
        said: dict[str, Any] = json.loads((folder / DISCOVERY_FILE).read_text(encoding="utf-8"))
        found = Discovered(
            address=str(said["address"]),
            pid=int(said["pid"]),
            started=int(said["started"]),
            version=str(said["version"]),
            data_dir=folder,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None  # none there, or one that is no longer (or never was) a platform's
    return found if lives(found.pid, str(said.get("born", ""))) else None


def lives(pid: int, born: str = "") -> bool:
    """Tell whether a process runs, and is the one that was ``born`` then; a dead one that nobody took away does not."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError, ValueError):
        return False
    # Another process may have the number by now, after a reboot above all.
    state, now = _state_and_birth(pid)
    return state != "Z" and (not born or not now or born == now)


def _born(pid: int) -> str:
    return _state_and_birth(pid)[1]


def _state_and_birth(pid: int) -> tuple[str, str]:
    """Tell a process's state and when it started, in the kernel's own count; empty where the kernel does not tell.

    In a container nobody may take the dead away: a killed platform stays as a zombie (``Z``), number and all.
    """
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return "", ""
    fields = status.rpartition(")")[2].split()
    return fields[0], fields[19]
