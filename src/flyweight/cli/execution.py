"""``flyweight execution NAME [ACTION]``: what became of an execution, and how it is ended or started again."""

from typing import Any, Final

import click
from click.core import ParameterSource

from flyweight.cli import gates
from flyweight.cli.attempts import attempts
from flyweight.cli.here import print_outputs
from flyweight.cli.nodes import taken_over, tree
from flyweight.cli.options import pairs, read_changes
from flyweight.cli.progress import follow
from flyweight.cli.session import open_remote
from flyweight.cli.there import inputs_of_fetched
from flyweight.client.executions import FlyteWorkflowExecution
from flyweight.client.remote import FlyteRemote
from flyweight.semantics.answers import waits_for

ACTIONS = ("show", "wait", "terminate", "relaunch", "recover", "rerun")
CAUSE: Final = "terminated from the command line"
_STARTING: Final = ("relaunch", "recover", "rerun")
_OPTIONS_OF: Final = {
    "cause": ("terminate",),
    "new_name": _STARTING,
    "node": ("show", "rerun"),
    "version": ("rerun",),
    "wait": _STARTING,
    "changed": ("relaunch",),
    "inputs_file": ("relaunch",),
}
"""What each option goes with; with another action it would say nothing."""
_INSTEAD: Final = {
    "version": "rerun --node ID --version V runs a node, and what follows from it, on other code; "
    "flyweight run --version V runs all of it anew.",
    "node": "rerun --node ID runs a node again, and what follows from it.",
    "wait": "the action wait shows how one goes that runs.",
}
"""What to do instead, where an option is given with an action that has no use for it."""


@click.command()
@click.argument("words", nargs=-1, metavar="NAME [ACTION [SIGNAL [VALUE]]]")
@click.option("--execution-id", metavar="NAME", help="The same as NAME, as pyflyte says it.")
@click.option("-p", "--project", metavar="NAME", help="[default: flytesnacks]")
@click.option("-d", "--domain", metavar="NAME", help="[default: development]")
@click.option("--cause", default=CAUSE, show_default=True, help="With terminate.")
@click.option("--new-name", metavar="NAME", default="", help="Of what relaunch, recover or rerun starts.")
@click.option(
    "--node",
    metavar="ID",
    default="",
    help="Show its attempts with their errors, and the items that failed; with rerun: where to begin. As 'show' names "
    "it: n1, n0-0-n1, or n1[3] for one item of a map.",
)
@click.option("--version", metavar="V", default="", help="With rerun: on this version of the code.")
@click.option("--wait", is_flag=True, help="With relaunch, recover or rerun: show how the new one goes, until its end.")
@click.option(
    "--input",
    "changed",
    multiple=True,
    callback=pairs,
    metavar="NAME=VALUE",
    help="With relaunch: another value of an input, written as for 'run'; can be repeated.",
)
@click.option(
    "--inputs-file", metavar="FILE", help="With relaunch: YAML or JSON with such inputs; --input wins over it."
)
@click.pass_context
def execution(  # noqa: PLR0913  one parameter an option, as click calls it
    ctx: click.Context,
    words: tuple[str, ...],
    execution_id: str | None,
    project: str | None,
    domain: str | None,
    cause: str,
    *,
    new_name: str,
    node: str,
    version: str,
    wait: bool,
    changed: dict[str, str],
    inputs_file: str | None,
) -> int:
    """Show an execution, wait for it, end it, or start it again.

    ACTION is show (the default), wait, terminate, relaunch (from the beginning, with other inputs if some are given),
    recover (what succeeded is not run again), or rerun (one node again with its recorded inputs, cached or not, and
    what follows from it).

    Of one whose gates wait for people: signals lists what they wait for; approve SIGNAL and reject SIGNAL say yes or
    no; set-input SIGNAL VALUE gives a value, written as an input of 'run' is.
    """
    name, action, rest = _read(words, execution_id)
    _refuse_others(ctx, action)
    remote = open_remote(ctx, project=project, domain=domain)
    match action:
        case "signals" | "approve" | "reject" | "set-input":
            gates.answer(remote, name, action, rest)
        case "terminate":
            remote.fetch_execution(name=name).terminate(cause)
            click.echo(f"{name} is being terminated.")
        case "relaunch":
            inputs = _changes(remote, name, changed, inputs_file) if changed or inputs_file else {}
            kept = f"all inputs but {', '.join(inputs)}" if inputs else "nothing"
            return _started(remote.relaunch(name, new_name, inputs), f"  taken over from {name}: {kept}", wait=wait)
        case "recover":
            started = remote.recover(name, new_name)
            return _started(started, taken_over(remote.fetch_execution(name=name)), wait=wait)
        case "rerun":
            if not node:
                raise click.UsageError("Say which node is to run again: --node ID.")
            started = remote.rerun(name, node, new_name, version=version)
            return _started(started, taken_over(remote.fetch_execution(name=name), node), wait=wait)
        case _:
            found = remote.fetch_execution(name=name)
            if action == "wait":
                follow(found)
            if node:
                click.echo("\n".join(attempts(found, node)))
                return 0
            return _show(found)
    return 0


def _read(words: tuple[str, ...], execution_id: str | None) -> tuple[str, str, list[str]]:
    """Tell name and action apart: pyflyte names the execution by option, and then gives the action alone."""
    rest = list(words)
    name = execution_id or (rest.pop(0) if rest else "")
    action = rest.pop(0) if rest else "show"
    actions = (*ACTIONS, *gates.ANSWERS)
    if name and action not in actions:
        raise click.UsageError(f"{action!r} is none of {', '.join(actions)}.")
    if not name or (rest and action not in gates.ANSWERS):
        raise click.UsageError(f"Give an execution's name and one of {', '.join(actions)}.")
    return name, action, rest


def _refuse_others(ctx: click.Context, action: str) -> None:
    """Refuse an option that the action has no use for."""
    for option, actions in _OPTIONS_OF.items():
        given = ctx.get_parameter_source(option) not in {None, ParameterSource.DEFAULT}
        if given and action not in actions:
            flag = next(each.opts[0] for each in ctx.command.params if each.name == option)
            instead = f" Instead: {_INSTEAD[option]}" if option in _INSTEAD else ""
            raise click.UsageError(f"{flag} is for {' and '.join(actions)}: {action} takes none.{instead}")


def _changes(remote: FlyteRemote, name: str, given: dict[str, str], file: str | None) -> dict[str, Any]:
    """Read other inputs for what an execution ran, by what is registered of it."""
    entity = remote.entity_of(remote.fetch_execution(name=name))
    entity.refuse_fixed(given)
    return read_changes(inputs_of_fetched(entity), given, file)


def _started(found: FlyteWorkflowExecution, kept: str, *, wait: bool) -> int:
    click.echo(f"Running {found.name}: {found.console_url}\n{kept}")
    if not wait:
        return 0
    follow(found)
    return _show(found)


def _show(found: FlyteWorkflowExecution) -> int:
    click.echo(f"{found.name} {found.phase} {found.console_url}")
    for line in tree(found):
        click.echo(line)
    for signal, command in gates.asked(found).items():
        click.echo(f"{waits_for(signal)}\n  {command}")
    found.check()
    if found.is_successful:
        print_outputs(dict(found.outputs.items()))
    return 0
