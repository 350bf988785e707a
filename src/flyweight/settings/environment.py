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


@contextmanager
def apply_environment(variables: Mapping[str, str]) -> Generator[None]:
    """Run the body with these variables set, and put the whole environment back as it was before.

    The environment belongs to the process: one body at a time.
    """
    before = dict(os.environ)
    _change(before, variables)
    try:
        yield
    finally:
        now = dict(os.environ)
        for name in now.keys() - before.keys():
            del os.environ[name]
        _change(now, before)


def _change(now: Mapping[str, str], variables: Mapping[str, str]) -> None:
    """Write what differs: each variable that is written costs more than comparing all of them."""
    for name, value in variables.items():
        if now.get(name) != value:
            os.environ[name] = value
