"""What the platform's log is told of executions: what is out of the ordinary, a line for many attempts at once."""

import logging
from collections import Counter
from collections.abc import Iterable

from flyweight.engine.machine import CancelAttempt, Command
from flyweight.engine.model import ExecutionState
from flyweight.engine.phases import ExecutionPhase
from flyweight.engine.records import NewExecution

_log = logging.getLogger(__name__)
_FAILED = frozenset({ExecutionPhase.FAILED, ExecutionPhase.TIMED_OUT})


def note_stopped(new: NewExecution, commands: Iterable[Command]) -> None:
    """Tell which attempts are being stopped, and why: timeouts of tasks and of the queue, ends of executions."""
    reasons = Counter(command.reason for command in commands if isinstance(command, CancelAttempt))
    for reason, attempts in reasons.items():
        _log.info("execution %s: %s stopped: %s", _name(new), _counted(attempts, "attempt is", "attempts are"), reason)


def note_end(state: ExecutionState) -> None:
    """Tell that an execution has failed. Its message, which may quote what it computed with, is left to its row."""
    if state.phase in _FAILED:
        code = state.error.code if state.error is not None else ""
        _log.info("execution %s has failed: %s", _name(state.new), code or state.phase.name)


def note_taken_up(executions: int, attempts: int, given_up: int) -> None:
    """Tell what a platform found that had not ended when it stopped last; of nothing, nothing is told."""
    if executions:
        _log.info(
            "%s had not ended when the platform stopped, and %s on; %s under way: what ran is tried again, at no "
            "retry's cost",
            _counted(executions, "execution", "executions"),
            "goes" if executions == 1 else "go",
            _counted(attempts, "attempt was", "attempts were"),
        )
    if given_up:
        _log.warning("%s cannot go on after the restart, as told above", _counted(given_up, "execution", "executions"))


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _name(new: NewExecution) -> str:
    return f"{new.project}/{new.domain}/{new.name}"
