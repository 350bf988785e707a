"""``flyweight logs EXECUTION [NODE]``: what a node's task wrote, followed while it runs."""

import sys

import click

from flyweight.cli.session import open_remote
from flyweight.errors import InvalidInput


@click.command()
@click.argument("name", metavar="EXECUTION")
@click.argument("node", required=False, default="")
@click.option("--attempt", type=click.IntRange(min=1), help="Which try, from 1. [default: the last]")
@click.option("--follow/--no-follow", default=True, show_default=True, help="Until the attempt has ended.")
@click.option("-p", "--project", metavar="NAME", help="[default: flytesnacks]")
@click.option("-d", "--domain", metavar="NAME", help="[default: development]")
@click.pass_context
def logs(  # noqa: PLR0913  one parameter an option, as click calls it
    ctx: click.Context,
    name: str,
    node: str,
    attempt: int | None,
    project: str | None,
    domain: str | None,
    *,
    follow: bool,
) -> None:
    """Show what a task wrote to stdout, stderr and logging. NODE may be left out when there is only one.

    n1[3] is an item of a map.
    """
    remote = open_remote(ctx, project=project, domain=domain)
    if not node:
        nodes = [one for one in remote.fetch_execution(name=name).node_executions if not one.endswith("-node")]
        if len(nodes) != 1:
            raise InvalidInput(f"{name} has several nodes; which? {', '.join(nodes) or 'none has started yet'}")
        node = nodes[0]
    for text in remote.logs(name, node, None if attempt is None else attempt - 1, follow=follow):
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()
