"""Makes a command's options from an entity's signature: one for each input, with its type, text and default."""

import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import click

from flyweight.cli.values import bare, from_data, from_text, read_file, variants
from flyweight.errors import InvalidInput, TypeMismatch
from flyweight.types.mismatch import type_name, unknown_name

INPUTS_FILE = "inputs_file"
STANDARD_INPUT = "standard_input"
RESOURCES = ("cpu", "mem", "gpu", "ephemeral_storage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input of an entity, as the command line offers it."""

    name: str
    python_type: Any
    text: str = ""
    default: str | None = None
    """Shown in the help; it is filled in by the entity itself, so it is never sent from here."""

    @property
    def required(self) -> bool:
        """Whether a value must be given."""
        return self.default is None


class ValueOf(click.ParamType[Any]):
    """A value of an annotation, read from text."""

    def __init__(self, python_type: Any) -> None:
        self.python_type = python_type
        self.name = _metavar(python_type)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read it; a fault is wrong usage and names the option."""
        if not isinstance(value, str):
            return value
        try:
            return from_text(value, self.python_type)
        except TypeMismatch as error:
            self.fail(error.message, param, ctx)


def pairs(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Read ``KEY=VALUE`` options."""
    del ctx
    split = {value: value.partition("=") for value in values}
    for value, (_, equals, _) in split.items():
        if not equals:
            raise click.BadParameter(f"{value!r} must be KEY=VALUE", param=param)
    return {key: text for key, _, text in split.values()}


def amounts(ctx: click.Context, param: click.Parameter, value: str | None) -> Mapping[str, str]:
    """Read amounts of resources: ``cpu=1,mem=2Gi,gpu=1,ephemeral_storage=10Gi``."""
    read = pairs(ctx, param, tuple(value.split(","))) if value else {}
    for name in read:
        if name not in RESOURCES:
            raise click.BadParameter(f"{name!r} is none of {', '.join(RESOURCES)}", param=param)
    return read


def options_for(inputs: Iterable[Input]) -> list[click.Parameter]:
    """Give the options of an entity's command."""
    made: list[click.Parameter] = [_option(one) for one in inputs]
    made.append(
        click.Option(
            ["--inputs-file", INPUTS_FILE],
            metavar="FILE",
            help="YAML or JSON with inputs by name ('-' reads it from standard input); options win over it.",
        )
    )
    # As with pyflyte, a lone `-` is short for `--inputs-file -`.
    made.append(click.Argument([STANDARD_INPUT], required=False, type=click.Choice(["-"]), metavar="[-]"))
    return made


def collect(inputs: Sequence[Input], given: Mapping[str, Any]) -> dict[str, Any]:
    """Put together what was given by option and by file; what was not given is not there.

    Raises:
        click.UsageError: an input without a default is missing; names it, its type and its option.
        InvalidInput: the file names an input that does not exist.

    """
    known = {one.name: one for one in inputs}
    values = _from_file(given.get(INPUTS_FILE) or given.get(STANDARD_INPUT), known)
    values.update({name: value for name, value in given.items() if name in known and value is not _ABSENT})
    missing = [one for one in inputs if one.required and one.name not in values]
    if missing:
        wanted = "; ".join(f"`{one.name}` ({type_name(one.python_type)}): --{one.name} ..." for one in missing)
        raise click.UsageError(f"Missing input {wanted}")
    return values


def read_changes(inputs: Iterable[Input], given: Mapping[str, str], place: str | None) -> dict[str, Any]:
    """Read some inputs from texts by name, and from a file; texts win, and what was not given is not there.

    Raises:
        InvalidInput: there is no input of a name.
        TypeMismatch: a text cannot be read as its input's type.

    """
    known = {one.name: one for one in inputs}
    values = _from_file(place, known)
    for name, text in given.items():
        if name not in known:
            raise InvalidInput(unknown_name(name, known))
        try:
            values[name] = from_text(text, known[name].python_type)
        except TypeMismatch as error:
            raise TypeMismatch(error.message, path=f"--input {name}") from error
    return values


def _from_file(place: str | None, known: Mapping[str, Input]) -> dict[str, Any]:
    if not place:
        return {}
    data = read_file(Path("/dev/stdin" if place == "-" else place)) or {}
    if not isinstance(data, dict):
        raise InvalidInput(f"{place} must hold one mapping of input names to values.")
    values: dict[str, Any] = {}
    for name, item in data.items():
        if name not in known:
            raise InvalidInput(f"{place}: there is no input `{name}`. There are: {', '.join(known) or 'none'}.")
        try:
            read = from_text if isinstance(item, str) else from_data
            values[name] = read(item, known[name].python_type)
        except TypeMismatch as error:
            raise TypeMismatch(error.message, path=f"{place}, {name}") from error
    return values


class _Absent:
    """Stands for an option that was not given: None can be a value."""

    def __repr__(self) -> str:
        return ""


_ABSENT = _Absent()


def _option(one: Input) -> click.Option:
    spellings = dict.fromkeys((one.name, one.name.replace("_", "-")))
    shown = "required" if one.required else f"default: {one.default}"
    text = f"{one.text}  [{shown}]" if one.text else f"[{shown}]"
    if bare(one.python_type) is bool:
        # Not given means not sent: a flag with a default of its own would override the entity's.
        names = [f"--{name}/--no-{name}" for name in spellings]
        return click.Option([one.name, *names], default=_ABSENT, type=_Flag(), is_flag=True, help=text)
    names = [f"--{name}" for name in spellings]
    kind = ValueOf(one.python_type)
    # Of its own: click would write the values of a choice in capitals.
    return click.Option([one.name, *names], default=_ABSENT, type=kind, metavar=kind.name, help=text)


class _Flag(click.types.BoolParamType):
    """A flag that may be absent."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Let absence pass."""
        return value if value is _ABSENT else super().convert(value, param, ctx)


def _metavar(python_type: Any) -> str:
    plain = bare(python_type)
    members = [one for one in variants(plain) if one is not type(None)]
    if members:
        return "|".join(_metavar(one) for one in members)
    if isinstance(plain, type) and issubclass(plain, Enum):
        return "|".join(str(member.value) for member in plain)
    origin = typing.get_origin(plain) or plain
    if origin is typing.Literal:
        return "|".join(map(str, typing.get_args(plain)))
    if origin in (list, dict):
        return "JSON"
    words = {int: "INTEGER", float: "FLOAT", str: "TEXT", bool: "BOOLEAN"}
    return words.get(plain, type_name(plain).rpartition(".")[2].upper())
