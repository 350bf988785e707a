"""``flyweight launchplan NAME [VERSION] --activate|--deactivate``: which version of a launch plan is the active one."""

from typing import Final

import click

from flyweight.cli.session import open_remote

UNSCHEDULED: Final = (
    "It has a schedule: a Flyte cluster acts on it; Flyweight's own platform keeps the schedule and does not act "
    "on it yet. Until then, start it from cron: flyweight run --remote FILE NAME."
)


@click.command()
@click.argument("name")
@click.argument("version", required=False)
@click.option("--activate/--deactivate", required=True, help="Make this version the active one, or let none be.")
@click.option("-p", "--project", metavar="NAME", help="[default: flytesnacks]")
@click.option("-d", "--domain", metavar="NAME", help="[default: development]")
@click.pass_context
def launchplan(
    ctx: click.Context, name: str, version: str | None, project: str | None, domain: str | None, *, activate: bool
) -> None:
    """Activate or deactivate a launch plan; without a version, the one registered last."""
    remote = open_remote(ctx, project=project, domain=domain)
    found = remote.fetch_launch_plan(name=name, version=version)
    if activate:
        remote.activate_launchplan(found.id)
    else:
        remote.deactivate_launchplan(found.id)
    click.echo(f"{found.name} {found.version} is {'active' if activate else 'not active'}.")
    if activate and found.message.spec.entity_metadata.HasField("schedule"):
        click.echo(UNSCHEDULED, err=True)
