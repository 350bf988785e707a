"""Carries out a local ``flyweight run``: calls the entity in this process and prints what it gives."""

from collections.abc import Coroutine, Mapping
from enum import Enum
from typing import Any

import click

from flyweight.cli.loading import AnyEntity
from flyweight.cli.options import Input
from flyweight.errors import PreconditionFailed
from flyweight.sdk.reference import ReferenceEntity
from flyweight.types.mismatch import shown


def inputs_of(entity: AnyEntity) -> list[Input]:
    """Give the inputs of an entity of this process."""
    interface = entity.interface
    return [
        Input(
            name=name,
            python_type=python_type,
            text=interface.docstring.inputs.get(name, ""),
            default=shown_value(interface.defaults[name]) if name in interface.defaults else None,
        )
        for name, python_type in interface.inputs.items()
    ]


def run_here(entity: AnyEntity, inputs: Mapping[str, Any]) -> None:
    """Run an entity in this process and print what it gives."""
    if isinstance(entity, ReferenceEntity):
        raise PreconditionFailed(entity.run_hint)
    result: Any = entity(**inputs)
    if isinstance(result, Coroutine):
        from flyweight.runtime.coroutines import finish

        result = finish(result)
    names = list(entity.interface.outputs)
    if len(names) == 1 and entity.interface.output_class is None:
        print_outputs({names[0]: result})
    elif names:
        print_outputs(dict(zip(names, result, strict=True)))


def print_outputs(values: Mapping[str, Any]) -> None:
    """Print outputs: one unnamed as it is, several with their names."""
    if list(values) == ["o0"]:
        click.echo(str(values["o0"]))  # click itself would print None as nothing
        return
    for name, value in values.items():
        click.echo(f"{name}: {value}")


def shown_value(value: Any) -> str:
    """Show a default in a help text, as one would type it."""
    if isinstance(value, Enum):
        return value.name
    return value if isinstance(value, str) and value else shown(value).rpartition(" (")[0] or "none"
