"""Carries out ``flyweight run --remote``: through the client, with a link, progress and the result."""

from collections.abc import Mapping
from typing import Any

import click

from flyweight.cli.here import print_outputs, shown_value
from flyweight.cli.loading import AnyEntity
from flyweight.cli.options import Input
from flyweight.cli.progress import follow
from flyweight.cli.settings import RunSettings
from flyweight.client.entities import FetchedEntity
from flyweight.client.executions import FlyteWorkflowExecution
from flyweight.client.outputs import LiteralsResolver
from flyweight.client.references import resolve_reference
from flyweight.client.remote import FlyteRemote
from flyweight.errors import TypeMismatch
from flyweight.sdk.reference import ReferenceEntity
from flyweight.types.registry import default_registry

_SNIPPET = """
from flyweight import Config, FlyteRemote

remote = FlyteRemote(Config.auto(), default_project="{of.project}", default_domain="{of.domain}")
execution = remote.fetch_execution(name="{of.name}")
remote.wait(execution)
print(execution.outputs)
"""


def inputs_of_fetched(fetched: FetchedEntity) -> list[Input]:
    """Give the inputs of a registered entity; what a launch plan has fixed is not among them."""
    registry = default_registry()
    found: list[Input] = []
    for name, variable in fetched.inputs.items():
        if name in fetched.fixed:
            continue
        python_type = registry.guess(variable.type)
        default = fetched.defaults.get(name)
        text = variable.description if variable.description != name else ""
        absent = shown_value(None) if name in fetched.optional else None
        value = shown_value(registry.to_python(default, python_type)) if default is not None else absent
        found.append(Input(name=name, python_type=python_type, text=text, default=value))
    return found


def run_there(remote: FlyteRemote, entity: AnyEntity, inputs: Mapping[str, Any], settings: RunSettings) -> None:
    """Register an entity as needed, run it on the platform and say where it can be seen."""
    if isinstance(entity, ReferenceEntity):
        run_reference(remote, entity, inputs, settings)
        return
    execution = remote.execute(
        entity,
        inputs,
        **settings.registration(),
        **settings.execution(),
    )
    report(execution, settings)


def run_reference(
    remote: FlyteRemote, entity: ReferenceEntity[..., Any], inputs: Mapping[str, Any], settings: RunSettings
) -> None:
    """Run what a reference points to; nothing is compiled or uploaded."""
    call = resolve_reference(remote, entity, inputs)
    key = entity.key
    where = (
        (settings.project or key.project, settings.domain or key.domain)
        if settings.place_is_given
        else (
            key.project,
            key.domain,
        )
    )
    place = f"in {where[0]}/{where[1]}" + (" (-p, -d)" if settings.place_is_given else "")
    click.echo(f"{entity.kind} {key.name} {key.version}, {place}; {call.explain()}", err=True)
    execution = remote.execute(call.entity, call.inputs, project=where[0], domain=where[1], **settings.execution())
    report(execution, settings)


def run_fetched(remote: FlyteRemote, fetched: FetchedEntity, inputs: Mapping[str, Any], settings: RunSettings) -> None:
    """Run a registered entity."""
    report(remote.execute(fetched, inputs, **settings.execution()), settings)


def report(execution: FlyteWorkflowExecution, settings: RunSettings) -> None:
    """Say where an execution can be seen; with ``--wait``, show it go and print what it gives.

    Raises:
        TaskFailed: it failed.

    """
    click.echo(f"Running {execution.name}: {execution.console_url}")
    if settings.dump_snippet:
        click.echo(_SNIPPET.format(of=execution.id))
    if not settings.wait:
        return
    follow(execution)
    execution.check()
    print_outputs({name: _shown(execution.outputs, name) for name in execution.outputs})


def _shown(outputs: LiteralsResolver, name: str) -> Any:
    """Give an output, or say why it cannot be read here: the run itself has gone well."""
    try:
        return outputs[name]
    except TypeMismatch as error:
        return f"(not shown: {error.message})"
