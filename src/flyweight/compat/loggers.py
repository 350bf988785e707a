"""``flytekit.loggers``: the loggers that code written against flytekit writes to, as ours."""

import logging
from typing import Final

logger: Final = logging.getLogger("flyweight")
user_space_logger: Final = logging.getLogger("flyweight.task")


def set_flytekit_log_properties(
    handler: logging.Handler | None = None,
    filter: logging.Filter | None = None,  # noqa: A002  flytekit's
    level: int | None = None,
) -> None:
    """Add a handler or filter to our logger, or set its level."""
    _set(logger, handler, filter, level)


def set_user_logger_properties(
    handler: logging.Handler | None = None,
    filter: logging.Filter | None = None,  # noqa: A002  flytekit's
    level: int | None = None,
) -> None:
    """Add a handler or filter to the logger of tasks, or set its level."""
    _set(user_space_logger, handler, filter, level)


def _set(
    which: logging.Logger, handler: logging.Handler | None, wanted: logging.Filter | None, level: int | None
) -> None:
    if handler is not None:
        which.addHandler(handler)
    if wanted is not None:
        which.addFilter(wanted)
    if level is not None:
        which.setLevel(level)
