"""The process's environment: the only file that reads or changes it; everybody else is given values."""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import cast

TASK_PREFIXES = ("FLYTE_", "_F_", "FLYWEIGHT_", "BATCH_JOB_")
"""What an engine tells a task by its environment begins with one of these."""


def variable(name: str, default: str = "") -> str:
    """Give one variable; an empty one is as good as none."""
    return os.environ.get(name) or default


def task_environment() -> Mapping[str, str]:
    """Give what the engine told this task: ``FLYTE_INTERNAL_EXECUTION_ID``, ``FLYTE_ATTEMPT_NUMBER`` and so on."""
    return {name: value for name, value in os.environ.items() if name.startswith(TASK_PREFIXES)}


def secret_variable(name: str) -> str | None:
    """Give a secret that was put into the environment, if it is there (it may be empty)."""
    return os.environ.get(name)


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Give the environment for a process to be started: ours, with ``extra`` on top."""
    return {**os.environ, **extra}


class TaskEnvironment:
    """The environment of a process that runs one task after the other: its own, and what the task is told on top.

    What does not differ from one task to the next stays as it is; what a task's code changed does not.
    """

    def __init__(self) -> None:
        self._own = dict(os.environ)
        self._told: dict[str, str] = {}
        self._expected = _snapshot()

    def become(self, told: Mapping[str, str]) -> None:
        """Make it exactly the process's own with these variables on top."""
        if _encoded() != self._expected:
            _change(dict(os.environ), self._own)
            self._told = {}
        elif told == self._told:
            return
        for name in self._told.keys() - told.keys():
            if name in self._own:
                os.environ[name] = self._own[name]
            else:
                os.environ.pop(name, None)
        for name, value in told.items():
            if self._told.get(name) != value:
                os.environ[name] = value
        self._told = dict(told)
        self._expected = _snapshot()


@contextmanager
def apply_environment(variables: Mapping[str, str]) -> Generator[None]:
    """Run the body with these variables set, and put the whole environment back as it was before.

    The environment belongs to the process: one body at a time.
    """
    before = _snapshot()
    for name, value in variables.items():
        if os.environ.get(name) != value:
            os.environ[name] = value
    try:
        yield
    finally:
        if _snapshot() != before:
            _change(dict(os.environ), {os.fsdecode(name): os.fsdecode(value) for name, value in before.items()})


def _change(now: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Bring the environment to what is wanted: each variable that is written costs more than comparing all of them."""
    for name in now.keys() - wanted.keys():
        del os.environ[name]
    for name, value in wanted.items():
        if now.get(name) != value:
            os.environ[name] = value


def _snapshot() -> dict[bytes, bytes]:
    """Take the environment as it is."""
    return dict(_encoded())


def _encoded() -> Mapping[bytes, bytes]:
    """Look at the environment as CPython keeps it: to read it through its mapping decodes all of it."""
    encoded: object = vars(os.environ).get("_data")
    return cast("dict[bytes, bytes]", encoded) if isinstance(encoded, dict) else dict(os.environb)
