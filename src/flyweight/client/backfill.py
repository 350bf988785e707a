"""Runs a launch plan for times of its schedule that have passed: a workflow with one call for each, made here."""

import datetime as dt
import hashlib
from typing import TypedDict, Unpack

from flyweight.client.entities import FlyteLaunchPlan, FlyteWorkflow
from flyweight.client.execute import Executing
from flyweight.client.executions import FlyteWorkflowExecution
from flyweight.compile.settings import SerializationSettings
from flyweight.errors import InvalidInput
from flyweight.ids import EntityKey
from flyweight.sdk.imperative import Workflow
from flyweight.sdk.interface import Interface
from flyweight.sdk.node import Node
from flyweight.sdk.reference import ReferenceLaunchPlan
from flyweight.sdk.workflow import WorkflowFailurePolicy
from flyweight.semantics import cron


class BackfillSettings(TypedDict, total=False):
    """How a backfill runs; all may be left out. Names are flytekit's."""

    launchplan_version: str | None
    """Which version of the launch plan; the one registered last, by default."""
    execution_name: str | None
    version: str | None
    """Under which the workflow is registered; by default it follows from what it runs."""
    dry_run: bool
    """Only make the workflow."""
    execute: bool
    """Start it; so it is, by default. Else it is only registered."""
    parallel: bool
    """Let all times run at once; by default each waits for the one before."""
    failure_policy: WorkflowFailurePolicy | None
    """What happens to the rest when one time fails; it stops, by default."""
    overwrite_cache: bool | None


class Backfilling(Executing):
    """Starts backfills."""

    def launch_backfill(
        self,
        project: str | None,
        domain: str | None,
        from_date: dt.datetime,
        to_date: dt.datetime,
        launchplan: str,
        **settings: Unpack[BackfillSettings],
    ) -> FlyteWorkflowExecution | FlyteWorkflow | Workflow:
        """Run a launch plan once for each time of its cron schedule in a window.

        Args:
            project: the launch plan's, and where the backfill runs.
            domain: likewise.
            from_date: the window's first moment; without a time zone, in UTC.
            to_date: its last moment. A time that equals one of the two is in the window.
            launchplan: the launch plan's name.
            settings: see ``BackfillSettings``.

        Returns:
            The execution; with ``execute=False`` the registered workflow, with ``dry_run=True`` the workflow itself.

        Raises:
            NotFound: there is no such launch plan.
            InvalidInput: it has no cron schedule, or the schedule has no time in the window.

        """
        plan = self.fetch_launch_plan(project, domain, launchplan, settings.get("launchplan_version"))
        times = scheduled_times(plan, from_date, to_date)
        made = backfill_workflow(
            plan, times, parallel=settings.get("parallel", False), failure_policy=settings.get("failure_policy")
        )
        if settings.get("dry_run", False):
            return made
        version = settings.get("version") or _version(plan, times, settings)
        place = plan.id.project, plan.id.domain
        self.register_compiled(made, SerializationSettings(project=place[0], domain=place[1], version=version))
        registered = self.fetch_workflow(*place, made.name, version)
        if not settings.get("execute", True):
            return registered
        return self.execute(
            registered,
            {},
            project=place[0],
            domain=place[1],
            execution_name=settings.get("execution_name"),
            overwrite_cache=settings.get("overwrite_cache"),
        )


def scheduled_times(plan: FlyteLaunchPlan, from_date: dt.datetime, to_date: dt.datetime) -> list[dt.datetime]:
    """List the times of a launch plan's schedule in a window, both ends included, in UTC.

    Raises:
        InvalidInput: it has no cron schedule, the window is turned round, or the schedule has no time in it.

    """
    first, last = (each if each.tzinfo else each.replace(tzinfo=dt.UTC) for each in (from_date, to_date))
    if first > last:
        raise InvalidInput(f"A backfill goes from an earlier date to a later one, not from {first} to {last}.")
    expression = plan.message.spec.entity_metadata.schedule.cron_schedule.schedule
    if not expression:
        raise InvalidInput(
            f"Launch plan {plan.name} has no cron schedule, so there are no times to run it for: only those can be "
            "backfilled."
        )
    times = list(cron.fires(cron.parse(expression), first, last))
    if not times:
        raise InvalidInput(f"The schedule {expression!r} of {plan.name} has no time from {first} to {last}.")
    return times


def backfill_workflow(
    plan: FlyteLaunchPlan,
    times: list[dt.datetime],
    *,
    parallel: bool = False,
    failure_policy: WorkflowFailurePolicy | None = None,
) -> Workflow:
    """Make the workflow that calls a launch plan once for each time, which goes into the input its schedule names."""
    given = plan.message.spec.entity_metadata.schedule.kickoff_time_input_arg
    key = EntityKey(plan.id.project, plan.id.domain, plan.name, plan.version)
    called = ReferenceLaunchPlan[..., object](key, Interface(inputs={given: dt.datetime} if given else {}))
    made = Workflow(f"backfill-{plan.name}", failure_policy)
    before: Node | None = None
    for time in times:
        node = made.add_entity(called, **({given: time} if given else {}))
        node.with_overrides(name=f"b-{time:%Y-%m-%d %H:%M}")
        if before is not None and not parallel:
            before.runs_before(node)
        before = node
    return made


def _version(plan: FlyteLaunchPlan, times: list[dt.datetime], settings: BackfillSettings) -> str:
    parts = [plan.name, plan.version, times, settings.get("parallel", False), settings.get("failure_policy")]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:22]
