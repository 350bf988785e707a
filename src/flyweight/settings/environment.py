"""The process's environment: the only file that reads or changes it; everybody else is given values."""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager

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
    """The environment of a process that runs one attempt after the other: its own, and what the attempt is told on top.

    What does not differ from one attempt to the next stays as it is; what a task's code changed does not.
    """

    def __init__(self) -> None:
        self._own = dict(os.environ)
        self._shared: Mapping[str, str] = {}
        self._told: Mapping[str, str] = {}
        self._expected = _snapshot()

    def become(self, shared: Mapping[str, str], told: Mapping[str, str]) -> None:
        """Make it exactly the process's own, with what many attempts share on top, and on top of that one's own.

        Args:
            shared: as long as it is the same object, it is believed to be as it was.
            told: what this attempt alone is told.

        """
        encoded = _encoded()
        if encoded != self._expected:
            _change(dict(os.environ), {**self._own, **shared, **told})
        elif shared is not self._shared or told.keys() != self._told.keys():
            _change({**self._own, **self._shared, **self._told}, {**self._own, **shared, **told})
        elif told != self._told:
            _change(self._told, told)
        else:
            return
        self._shared, self._told, self._expected = shared, told, dict(encoded)


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
    for name in [name for name in now if name not in wanted]:
        del os.environ[name]
    for name, value in wanted.items():
        if now.get(name) != value:
            os.environ[name] = value


def _snapshot() -> dict[bytes, bytes]:
    """Take the environment as it is."""
    return dict(_encoded())


def _encoded() -> Mapping[bytes, bytes]:
    """Look at the environment as CPython keeps it: to read it through its mapping decodes all of it."""
    encoded: dict[bytes, bytes] | None = getattr(os.environ, "_data", None)
    return encoded if isinstance(encoded, dict) else os.environb
