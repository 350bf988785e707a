"""``TaskMetadata``: what a platform is told about running a task, apart from its code and its container."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from flyweight.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class TaskMetadata:
    """Retries, timeout, caching and the like, as a task class takes them; ``@task`` makes it from its own options.

    Args:
        cache: whether outputs may be taken from an earlier run.
        cache_serialize: whether equal calls wait for the first one.
        cache_version: what earlier runs must have had.
        cache_ignore_input_vars: inputs that do not count.
        interruptible: whether it may run on a machine that can be taken away; None leaves it to the workflow.
        deprecated: why not to use the task any more.
        retries: further attempts after a failure that asks for it.
        timeout: for each attempt, in seconds or as a timedelta.
        pod_template_name: a pod template that the cluster has.
        generates_deck: whether it makes a deck.
        is_eager: whether its calls are executions.
        labels: of its pods; none by default.
        annotations: of its pods; none by default.

    Raises:
        InvalidInput: caching without a version, or its details without caching.

    """

    cache: bool = False
    cache_serialize: bool = False
    cache_version: str = ""
    cache_ignore_input_vars: tuple[str, ...] = ()
    interruptible: bool | None = None
    deprecated: str = ""
    """Why not to use the task any more; empty: it is in use."""
    retries: int = 0
    """How often to try again after a failure that asks for it."""
    timeout: int | dt.timedelta | None = None
    """For each attempt; an integer counts seconds, 0 and None mean none."""
    pod_template_name: str | None = None
    """A pod template that the cluster has."""
    generates_deck: bool = False
    is_eager: bool = False
    labels: Mapping[str, str] | None = None
    annotations: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        require_retries(self.retries)
        if self.cache and not self.cache_version:
            raise InvalidInput("cache=True needs a `cache_version` here: only @task can derive one from a function.")
        if not self.cache and (self.cache_serialize or self.cache_ignore_input_vars):
            raise InvalidInput("`cache_serialize` and `cache_ignore_input_vars` mean nothing without cache=True.")


def require_retries(retries: object) -> None:
    """Refuse what is no number of further attempts.

    Raises:
        InvalidInput: it is no integer, or a negative one.

    """
    if type(retries) is not int or retries < 0:
        raise InvalidInput(f"`retries` counts further attempts: 0 or more, not {retries!r}.")


def duration(value: object) -> dt.timedelta:
    """Read a duration; an integer counts seconds, None is no time at all.

    Raises:
        InvalidInput: neither an integer nor a timedelta, or less than nothing.

    """
    match value:
        case None:
            return dt.timedelta(0)
        case dt.timedelta():
            length = value
        case int() if not isinstance(value, bool):
            length = dt.timedelta(seconds=value)
        case _:
            raise InvalidInput(f"`timeout` takes seconds as an integer, or a timedelta; {value!r} is neither.")
    if length < dt.timedelta(0):
        raise InvalidInput(f"`timeout` is a length of time, 0 or more, not {value!r}.")
    return length
