"""The arguments of our container entry point, ``python -m flyweight.runtime.execute``, parsed once for all.

The pool reads them out of a task's template with Flyte's ``{{.variables}}`` still in place; the entry point itself
reads them filled in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from flyweight.errors import InvalidInput

MODULE = "flyweight.runtime.execute"
"""What a container's command names to be ours."""

TEMPLATE_PATH = "{{.taskTemplatePath}}"
"""In loader arguments: the task is found by its template, which stands in a file only for a command."""

_OPTIONS = {
    "--inputs": "inputs",
    "--output-prefix": "output_prefix",
    "--raw-output-data-prefix": "raw_output_prefix",
    "--checkpoint-path": "checkpoint_prefix",
    "--prev-checkpoint": "previous_checkpoint_prefix",
    "--bundle": "bundle_uri",
    "--dest-dir": "destination",
    "--resolver": "resolver",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecuteArguments:
    """What a task's container is told: where its data lies, where its code lies, and how the task is found in it."""

    resolver: str
    """``module.attribute`` of the task resolver."""
    loader_args: tuple[str, ...]
    """What the resolver finds the task by."""
    inputs: str = ""
    output_prefix: str = ""
    raw_output_prefix: str = ""
    checkpoint_prefix: str = ""
    previous_checkpoint_prefix: str = ""
    bundle_uri: str = ""
    """Code bundle; empty when the code is in the image."""
    destination: str = ""


def is_ours(words: Sequence[str]) -> bool:
    """Tell whether a container's command and arguments call our entry point."""
    return any(flag == "-m" and module == MODULE for flag, module in pairwise(words))


def parse_container(words: Sequence[str]) -> ExecuteArguments:
    """Read a container's whole command: ``python -m flyweight.runtime.execute ...``.

    Raises:
        InvalidInput: it does not call our entry point, or not in a form that it takes.
    """
    if not is_ours(words):
        raise InvalidInput(f"the container's command does not call `python -m {MODULE}`: {' '.join(words)[:200]!r}")
    return parse(words[list(words).index(MODULE) + 1 :])


def parse(arguments: Sequence[str]) -> ExecuteArguments:
    """Read what follows the module's name: options, ``--``, and the resolver's own arguments.

    Raises:
        InvalidInput: an option is unknown or has no value, or the resolver is missing.
    """
    values: dict[str, str] = {}
    position = 0
    while position < len(arguments) and arguments[position] != "--":
        option, assigned, value = arguments[position].partition("=")
        if option not in _OPTIONS:
            raise InvalidInput(f"{MODULE}: unknown option {option!r}; it takes {', '.join(_OPTIONS)}, then -- and more")
        if not assigned:
            position += 1
            if position == len(arguments):
                raise InvalidInput(f"{MODULE}: option {option} has no value")
            value = arguments[position]
        values[_OPTIONS[option]] = value
        position += 1
    if not values.get("resolver"):
        raise InvalidInput(f"{MODULE}: option --resolver is missing: nothing says how the task is found in the code")
    return ExecuteArguments(loader_args=tuple(arguments[position + 1 :]), **values)
