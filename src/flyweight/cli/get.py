"""``flyweight get KIND [NAME]``: lists of executions, launch plans, tasks, workflows and projects."""

from collections.abc import Sequence
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from flyweight.cli.session import open_remote
from flyweight.client.entities import FetchedEntity, FlyteLaunchPlan
from flyweight.client.executions import FlyteWorkflowExecution
from flyweight.client.remote import FlyteRemote
from flyweight.clock import Micros, SystemClock, from_timestamp, to_datetime
from flyweight.errors import NotFound

WIDE: Final = 1000
MOST_PROJECTS: Final = 1000
KINDS = ("executions", "launchplans", "tasks", "workflows", "projects")
_NAMES: Final = ("name", "launch_plan.name", "task.name")
"""What an execution may be asked for by: its own name, or what it runs."""
_SINGULAR = {kind.removesuffix("s"): kind for kind in KINDS}


class Kind(click.ParamType[str]):
    """A kind of thing, in singular or plural, as flytectl and pyflyte say it."""

    name = "KIND"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read it."""
        word = value.lower().replace("-", "").replace("_", "")
        found = _SINGULAR.get(word, word)
        if found not in KINDS:
            self.fail(f"{value!r} is none of {', '.join(KINDS)}", param, ctx)
        return found


@click.command()
@click.argument("kind", type=Kind(), metavar=f"[{'|'.join(KINDS)}]")
@click.argument("name", required=False, default="")
@click.option("-p", "--project", metavar="NAME", help="[default: flytesnacks]")
@click.option("-d", "--domain", metavar="NAME", help="[default: development]")
@click.option("-l", "--limit", default=20, show_default=True, help="How many, newest first.")
@click.option("--active-only", is_flag=True, help="Of launch plans: the active versions.")
@click.pass_context
def get(  # noqa: PLR0913  one parameter an option, as click calls it
    ctx: click.Context, kind: str, name: str, project: str | None, domain: str | None, limit: int, *, active_only: bool
) -> None:
    """List what is on the platform.

    NAME is an entity's; of executions, their own or that of what they ran.
    """
    remote = open_remote(ctx, project=project, domain=domain)
    match kind:
        case "executions":
            table, now = _table("name", "phase", "entity", "started", "seconds"), SystemClock().now()
            for one in _executions(remote, name, limit):
                started = to_datetime(from_timestamp(one.closure.created_at)).strftime("%Y-%m-%d %H:%M:%S")
                table.add_row(one.name, one.phase, one.spec.launch_plan.name, started, f"{_seconds(one, now):.1f}")
        case "projects":
            table = _table("id", "name", "domains")
            for project_message in remote.list_projects(limit):
                domains = ", ".join(one.id for one in project_message.domains)
                table.add_row(project_message.id, project_message.name, domains)
        case "launchplans":
            table = _entities(remote.list_launch_plans(name, active_only=active_only, limit=limit))
        case "tasks":
            table = _entities(remote.list_tasks(name, limit=limit))
        case _:
            table = _entities(remote.list_workflows(name, limit=limit))
    if name and not table.row_count:
        raise NotFound(
            f"There are no {kind} of the name {name} in {remote.default_project}/{remote.default_domain}: "
            f"`flyweight get {kind}` lists those that are there."
        )
    if not table.row_count:
        _check_project(remote)
    out = Console()
    if not out.is_terminal:  # for grep and scripts: one row a line, nothing cut
        out = Console(width=WIDE)
    out.print(table)


def _executions(remote: FlyteRemote, name: str, limit: int) -> Sequence[FlyteWorkflowExecution]:
    """Give the newest executions; a name is an execution's, or that of what was run."""
    if not name:
        return remote.recent_executions(limit=limit)
    asked = (remote.recent_executions(limit=limit, filters=[f"eq({field},{name})"]) for field in _NAMES)
    return next(filter(None, asked), [])


def _seconds(one: FlyteWorkflowExecution, now: Micros) -> float:
    """Give how long an execution took, or has taken so far."""
    if one.is_done:
        return one.closure.duration.ToTimedelta().total_seconds()
    begun = one.closure.started_at if one.closure.HasField("started_at") else one.closure.created_at
    return max(now - from_timestamp(begun), 0) / 1_000_000


def _check_project(remote: FlyteRemote) -> None:
    """Tell an empty list from one of a place that is not there; raises ``NotFound``."""
    projects = {one.id: [domain.id for domain in one.domains] for one in remote.list_projects(MOST_PROJECTS)}
    project, domain = remote.default_project, remote.default_domain
    if project not in projects:
        raise NotFound(f"There is no project {project}: `flyweight get projects` lists those that are there.")
    if domain not in projects[project]:
        raise NotFound(f"The project {project} has no domain {domain}; it has {', '.join(projects[project])}.")


def _entities(found: Sequence[FetchedEntity]) -> Table:
    table = _table("name", "version", "inputs", "state")
    for one in found:
        active = isinstance(one, FlyteLaunchPlan) and one.is_active
        table.add_row(one.name, one.version, ", ".join(one.inputs), "active" if active else "")
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, no_wrap=column in ("name", "id", "phase"))
    return table
