"""``flyweight debug EXECUTION NODE``: that task again, here, with the inputs that it had there, under a debugger."""

import click

from flyweight.cli.here import print_outputs
from flyweight.cli.session import open_remote
from flyweight.ids import shown_item


@click.command()
@click.argument("name", metavar="EXECUTION")
@click.argument("node", metavar="NODE")
@click.option(
    "--debugger/--no-debugger", default=True, show_default=True, help="Stop where the task's function begins."
)
@click.option("--element", type=click.IntRange(min=0), help="Of a map: which element, from 0.")
@click.option("-p", "--project", metavar="NAME", help="[default: flytesnacks]")
@click.option("-d", "--domain", metavar="NAME", help="[default: development]")
@click.pass_context
def debug(  # noqa: PLR0913  one parameter an option, as click calls it
    ctx: click.Context,
    name: str,
    node: str,
    project: str | None,
    domain: str | None,
    *,
    debugger: bool,
    element: int | None,
) -> None:
    """Run the task of a node here, with its recorded inputs and in the code of the execution, and print its outputs.

    NODE is as 'flyweight execution' shows it: n1, n0-0-n1 for one inside another, n1[3] for an item of a map. It stops
    under pdb in the first line of the task's function ('c' goes on), and where an exception was raised. The execution
    is left as it is.
    """
    from flyweight.client.outputs import LiteralsResolver
    from flyweight.runtime.debugging import run_recorded

    found = open_remote(ctx, project=project, domain=domain).recorded_call(name, node)
    element = found.element if element is None else element
    if found.maps and element is None:
        raise click.UsageError(f"{node} maps over a list: name an item of it, as {shown_item(node, 0)}.")
    outputs = run_recorded(found.template, found.inputs, element=element, debugger=debugger)
    print_outputs(dict(LiteralsResolver(outputs.literals).items()))
