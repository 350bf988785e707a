"""``flyweight execution NAME [show|wait|terminate|relaunch|recover]``: what became of an execution, and what to do."""

import click

from flyweight.cli.here import print_outputs
from flyweight.cli.progress import follow, node_names
from flyweight.cli.session import open_remote
from flyweight.client.executions import FlyteWorkflowExecution

ACTIONS = ("show", "wait", "terminate", "relaunch", "recover")


@click.command()
@click.argument("words", nargs=-1, metavar="NAME [ACTION]")
@click.option("--execution-id", metavar="NAME", help="The same as NAME, as pyflyte says it.")
@click.option("-p", "--project", metavar="NAME", help="[default: flytesnacks]")
@click.option("-d", "--domain", metavar="NAME", help="[default: development]")
@click.option("--cause", default="terminated from the command line", show_default=True, help="With terminate.")
@click.option("--new-name", metavar="NAME", default="", help="With relaunch and recover: the new execution's name.")
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
) -> int:
    """Show an execution, wait for it, end it, or start it again.

    ACTION is show (the default), wait, terminate, relaunch or recover.
    """
    name, action = _read(words, execution_id)
    remote = open_remote(ctx, project=project, domain=domain)
    match action:
        case "terminate":
            remote.fetch_execution(name=name).terminate(cause)
            click.echo(f"{name} is being terminated.")
        case "relaunch":
            _started(remote.relaunch(name, new_name))
        case "recover":
            _started(remote.recover(name, new_name))
        case _:
            found = remote.fetch_execution(name=name)
            if action == "wait":
                follow(found)
            return _show(found)
    return 0


def _read(words: tuple[str, ...], execution_id: str | None) -> tuple[str, str]:
    """Tell name and action apart: pyflyte names the execution by option, and then gives the action alone."""
    rest = list(words)
    name = execution_id or (rest.pop(0) if rest else "")
    action = rest.pop(0) if rest else "show"
    if name and not rest and action not in ACTIONS:
        raise click.UsageError(f"{action!r} is none of {', '.join(ACTIONS)}.")
    if not name or rest:
        raise click.UsageError(f"Give an execution's name and one of {', '.join(ACTIONS)}.")
    return name, action


def _started(found: FlyteWorkflowExecution) -> None:
    click.echo(f"Running {found.name}: {found.console_url}")


def _show(found: FlyteWorkflowExecution) -> int:
    click.echo(f"{found.name} {found.phase} {found.console_url}")
    names = node_names(found)
    for node in found.node_executions.values():
        name = names.get(node.id.node_id)
        click.echo(f"  {node.id.node_id}{f' ({name})' if name else ''} {node.phase.lower()}")
    found.check()
    if found.is_successful:
        print_outputs(dict(found.outputs.items()))
    return 0
