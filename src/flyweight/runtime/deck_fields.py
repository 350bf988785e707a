"""Fills the decks that every task with ``enable_deck=True`` gets: inputs, outputs, source code, dependencies."""

import functools
import html as markup
import inspect
from collections.abc import Mapping
from importlib.metadata import distributions
from typing import Any

from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.deck import Deck, DeckField
from flyweight.sdk.execution import ExecutionParameters
from flyweight.sdk.options import TaskOptions
from flyweight.sdk.renderers import SourceCodeRenderer
from flyweight.types.registry import default_registry

MAX_VALUE = 200_000
"""Characters of one value's HTML that are shown."""


def before_call(task: PythonTask[Any], inputs: Mapping[str, object], parameters: ExecutionParameters) -> None:
    """Fill what is known when the task starts, so that a deck published early, or after a failure, has it."""
    wanted = _wanted(task.options)
    if DeckField.TIMELINE in wanted:
        parameters.add_deck(parameters.timeline_deck)
    if DeckField.INPUT in wanted and inputs:
        _add(parameters, DeckField.INPUT, values_html(inputs, task.interface.inputs))
    if DeckField.SOURCE_CODE in wanted:
        _add(parameters, DeckField.SOURCE_CODE, source_html(task))


def after_call(task: PythonTask[Any], outputs: Mapping[str, object], parameters: ExecutionParameters) -> None:
    """Fill what is known when the task has returned."""
    wanted = _wanted(task.options)
    if DeckField.OUTPUT in wanted and outputs:
        _add(parameters, DeckField.OUTPUT, values_html(outputs, task.interface.outputs))
    if DeckField.DEPENDENCIES in wanted:
        _add(parameters, DeckField.DEPENDENCIES, dependencies_html())


def values_html(values: Mapping[str, object], types: Mapping[str, Any]) -> str:
    """Show values by name, each as its type's codec shows it."""
    return "\n".join(f"<h4>{markup.escape(name)}</h4>{_value_html(values[name], types[name])}" for name in values)


def source_html(task: PythonTask[Any]) -> str:
    """Show the source of a task's function; a note when there is none, as in some notebooks."""
    try:
        source = inspect.getsource(getattr(task, "task_function", type(task)))
    except (OSError, TypeError):
        return "<p>The source code is not available.</p>"
    return SourceCodeRenderer().to_html(source)


@functools.cache
def dependencies_html() -> str:
    """List the installed distributions with their versions."""
    rows = sorted({(found.name, found.version) for found in distributions()}, key=lambda row: row[0].lower())
    cells = "".join(
        f"<tr><td>{markup.escape(name)}</td><td>{markup.escape(version)}</td></tr>" for name, version in rows
    )
    return f"<table><tr><th>Distribution</th><th>Version</th></tr>{cells}</table>"


def _value_html(value: object, python_type: Any) -> str:
    try:
        shown = default_registry().to_html(value, python_type)
    except Exception as error:  # user-supplied renderers and reprs: a deck must not fail the task
        return f"<p>This value cannot be shown: {markup.escape(str(error))}</p>"
    return (
        shown if len(shown) <= MAX_VALUE else f"<p>This value is too large to be shown ({len(shown):,} characters).</p>"
    )


def _wanted(options: TaskOptions) -> tuple[DeckField, ...]:
    return options.deck_fields if options.enable_deck else ()


def _add(parameters: ExecutionParameters, field: DeckField, content: str) -> None:
    parameters.add_deck(Deck(field.value, content, auto_add_to_deck=False))
