"""The machine: events in, commands out; no I/O, no clock, no randomness."""

from flyweight.engine.machine.attempts import CANCEL_GRACE
from flyweight.engine.machine.commands import (
    CancelAttempt,
    Command,
    CompileDrawn,
    DropTimers,
    LetGo,
    LookUp,
    SetTimer,
    StartAttempt,
    StartChild,
    StopChild,
)
from flyweight.engine.machine.events import (
    Compiled,
    CompileFailed,
    Continued,
    Created,
    Event,
    GateDue,
    Restarted,
    SignalSet,
    SignalWanted,
    Terminate,
    Timer,
    TimerFired,
)
from flyweight.engine.machine.restore import begin, restore
from flyweight.engine.machine.rows import Changes, changes
from flyweight.engine.machine.step import crash, open_attempts, step, unsettled

__all__ = [
    "CANCEL_GRACE",
    "CancelAttempt",
    "Changes",
    "Command",
    "CompileDrawn",
    "CompileFailed",
    "Compiled",
    "Continued",
    "Created",
    "DropTimers",
    "Event",
    "GateDue",
    "LetGo",
    "LookUp",
    "Restarted",
    "SetTimer",
    "SignalSet",
    "SignalWanted",
    "StartAttempt",
    "StartChild",
    "StopChild",
    "Terminate",
    "Timer",
    "TimerFired",
    "begin",
    "changes",
    "crash",
    "open_attempts",
    "restore",
    "step",
    "unsettled",
]
