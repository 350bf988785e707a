"""Says how a process has ended, and what it wrote last."""

import os
import signal

_LOG_TAIL = 2048


def exit_words(returncode: int, *, out_of_memory: bool = False) -> str:
    """Say how a process ended: by which signal, or with which exit code."""
    if returncode >= 0:
        return f"ended with exit code {returncode}"
    number = -returncode
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = "unknown"
    if number == signal.SIGKILL:
        return f"was killed by signal 9 (SIGKILL){_killer(out_of_memory=out_of_memory)}"
    words = f"was killed by signal {number} ({name}"
    description = signal.strsignal(number)
    return words + (f", {description.lower()})" if description else ")")


def _killer(*, out_of_memory: bool) -> str:
    if out_of_memory:
        who = ": by the kernel, it seems, which killed somebody at that time because memory ran out"
    else:
        who = ": by the kernel, probably out of memory, or by somebody on this machine"
    return f"{who}. If it was memory, use less of it, or run fewer tasks at once (flyweight up --workers)"


def log_tail(descriptor: int, start: int) -> str:
    """Read the last lines that were written to a log from ``start`` on."""
    end = os.fstat(descriptor).st_size
    start = max(start, end - _LOG_TAIL)
    text = os.pread(descriptor, end - start, start).decode(errors="replace")
    return text.strip()
