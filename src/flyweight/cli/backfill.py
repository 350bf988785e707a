"""``flyweight backfill LAUNCHPLAN``: runs a launch plan for times of its schedule that have passed."""

import datetime as dt

import click

from flyweight.cli.options import ValueOf
from flyweight.cli.session import open_remote
from flyweight.client.entities import FlyteWorkflow
from flyweight.client.executions import FlyteWorkflowExecution
from flyweight.sdk.workflow import WorkflowFailurePolicy

_MOMENT = ValueOf(dt.datetime)
_SPAN = ValueOf(dt.timedelta)


@click.command()
@click.argument("launchplan")
@click.argument("launchplan_version", metavar="[VERSION]", required=False)
@click.option("-p", "--project", metavar="NAME", help="[default: flytesnacks]")
@click.option("-d", "--domain", metavar="NAME", help="[default: development]")
@click.option("-v", "--version", metavar="V", help="Of the workflow that is registered for it.")
@click.option("-n", "--execution-name", metavar="NAME", help="The same name never starts twice.")
@click.option("--dry-run", is_flag=True, help="Only show which times would run.")
@click.option("--parallel/--serial", default=False, help="All times at once, or one after the other (the default).")
@click.option("--execute/--do-not-execute", default=True, help="Start it (the default), or only register it.")
@click.option("--from-date", type=_MOMENT, help="The first moment, itself included; in UTC.")
@click.option("--to-date", type=_MOMENT, help="The last moment, itself included.")
@click.option("--backfill-window", type=_SPAN, help="How long, with one of the two dates: 10d, 6h.")
@click.option("--fail-fast/--no-fail-fast", default=True, help="Stop at the first failure (the default), or go on.")
@click.option("--overwrite-cache", is_flag=True, help="Compute anew what is cached.")
@click.pass_context
def backfill(  # noqa: PLR0913  one parameter an option, as click calls it
    ctx: click.Context,
    launchplan: str,
    launchplan_version: str | None,
    project: str | None,
    domain: str | None,
    version: str | None,
    *,
    execution_name: str | None,
    dry_run: bool,
    parallel: bool,
    execute: bool,
    from_date: dt.datetime | None,
    to_date: dt.datetime | None,
    backfill_window: dt.timedelta | None,
    fail_fast: bool,
    overwrite_cache: bool,
) -> None:
    """Run LAUNCHPLAN once for each time of its cron schedule between two dates, as one workflow."""
    first, last = window(from_date, to_date, backfill_window)
    remote = open_remote(ctx, project=project, domain=domain)
    policy = WorkflowFailurePolicy
    found = remote.launch_backfill(
        project,
        domain,
        first,
        last,
        launchplan,
        launchplan_version=launchplan_version,
        execution_name=execution_name,
        version=version,
        dry_run=dry_run,
        execute=execute,
        parallel=parallel,
        failure_policy=policy.FAIL_IMMEDIATELY if fail_fast else policy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE,
        overwrite_cache=overwrite_cache or None,
    )
    match found:
        case FlyteWorkflowExecution():
            click.echo(f"Running {found.name}: {found.console_url}")
        case FlyteWorkflow():
            click.echo(f"Registered {found.name} {found.version}: {remote.generate_console_url(found)}")
        case _:
            for node in found.nodes:
                click.echo(node.overrides.get("name", node.id))


def window(
    from_date: dt.datetime | None, to_date: dt.datetime | None, length: dt.timedelta | None
) -> tuple[dt.datetime, dt.datetime]:
    """Tell from when to when, by two of the three.

    Raises:
        click.UsageError: it is not two of them.

    """
    match from_date, to_date, length:
        case dt.datetime(), dt.datetime(), None:
            return from_date, to_date
        case dt.datetime(), None, dt.timedelta():
            return from_date, from_date + length
        case None, dt.datetime(), dt.timedelta():
            return to_date - length, to_date
        case _:
            raise click.UsageError("Give two of --from-date, --to-date and --backfill-window.")
