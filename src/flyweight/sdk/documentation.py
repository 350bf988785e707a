"""Texts about a task or workflow for the console, beside what its docstring says."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@runtime_checkable
class Documented(Protocol):
    """Something that carries texts for the console."""

    short_description: str | None


@dataclass(frozen=True, slots=True)
class Description:
    """A long text.

    Args:
        value: the text.
        icon_link: a picture.
        format: how the text is to be read.

    """

    value: str | None = None


@dataclass(frozen=True, slots=True)
class SourceCode:
    """Where the code can be read.

    Args:
        link: its address.

    """

    link: str | None = None


@dataclass(frozen=True, slots=True)
class Documentation:
    """What ``docs=`` takes: texts that stand in for what a docstring does not say.

    Args:
        short_description: one line.
        long_description: a ``Description``.
        source_code: a ``SourceCode``.

    """

    short_description: str | None = None
    long_description: Description | None = None
    source_code: SourceCode | None = None
