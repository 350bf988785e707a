"""Texts about a task or workflow for the console, beside what its docstring says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Description:
    """A long text."""

    value: str | None = None


@dataclass(frozen=True, slots=True)
class SourceCode:
    """Where the code can be read."""

    link: str | None = None


@dataclass(frozen=True, slots=True)
class Documentation:
    """What ``docs=`` takes: texts that stand in for what a docstring does not say."""

    short_description: str | None = None
    long_description: Description | None = None
    source_code: SourceCode | None = None
