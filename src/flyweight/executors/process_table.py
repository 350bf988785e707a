"""What all processes use, as ``ps`` tells it: where there is no /proc to read, as on macOS."""

import subprocess
from collections import defaultdict
from dataclasses import dataclass, field

from flyweight.executors.usage import TreeUsage

_COMMAND = ("ps", "-A", "-o", "pid=", "-o", "ppid=", "-o", "rss=", "-o", "time=")
"""POSIX, but for ``rss``, which every system has that we know: KiB."""
_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessTable:
    """Of one moment."""

    _uses: dict[int, TreeUsage] = field(default_factory=dict[int, TreeUsage])
    """Each process's own."""
    _children: dict[int, list[int]] = field(default_factory=lambda: defaultdict[int, list[int]](list))

    @classmethod
    def now(cls) -> "ProcessTable":
        """Ask ``ps``; an empty one where that cannot be asked. Blocks for some milliseconds: call it in a thread."""
        table = cls()
        try:
            told = subprocess.run(_COMMAND, capture_output=True, text=True, timeout=_SECONDS, check=True).stdout
            for line in told.splitlines():
                pid, parent, size, time = line.split()
                table._uses[int(pid)] = TreeUsage(memory=int(size) * 1024, cpu=_seconds(time))
                table._children[int(parent)].append(int(pid))
        except (OSError, ValueError, subprocess.SubprocessError):
            return cls()
        return table

    def tree_usage(self, pid: int) -> TreeUsage:
        """Add up what a process and all its descendants use; nothing when it is gone."""
        found = [pid] if pid in self._uses else []
        for each in found:
            found += self._children.get(each, [])
        uses = [self._uses[each] for each in found]
        return TreeUsage(memory=sum(use.memory for use in uses), cpu=sum(use.cpu for use in uses))


def _seconds(time: str) -> float:
    """Read ``[[days-]hours:]minutes:seconds``; macOS tells hundredths as well."""
    days, _, rest = time.rpartition("-")
    seconds = 0.0
    for part in rest.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds + int(days or 0) * 86_400
