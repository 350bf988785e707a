"""Backfills: a launch plan runs once for each time of its schedule in a window."""

import datetime as dt

import pytest

from flyweight import CronSchedule, FixedRate, LaunchPlan, literals, task, workflow
from flyweight.client.backfill import backfill_workflow, scheduled_times
from flyweight.client.remote import FlyteRemote
from flyweight.errors import InvalidInput
from flyweight.sdk.workflow import WorkflowFailurePolicy
from tests.unit.client.registry import Registry

DAY = dt.timedelta(days=1)
FIRST = dt.datetime(2026, 1, 1, 6, tzinfo=dt.UTC)


@task
def note(day: dt.datetime) -> str:
    return day.isoformat()


@workflow
def noting(day: dt.datetime = FIRST) -> str:
    return note(day=day)


daily = LaunchPlan.get_or_create(
    noting, "backfilled_daily", schedule=CronSchedule(schedule="0 6 * * *", kickoff_time_input_arg="day")
)
often = LaunchPlan.get_or_create(noting, "backfilled_often", schedule=FixedRate(duration=dt.timedelta(hours=1)))


@pytest.fixture
def version(registry: Registry, remote: FlyteRemote) -> str:
    """Both launch plans under one version."""
    remote.register(often, version="v1")
    return remote.register(daily, version="v1").id.version


def test_one_call_for_each_time_of_the_window_one_after_the_other(remote: FlyteRemote, version: str) -> None:
    made = remote.launch_backfill(
        None, None, FIRST, FIRST + 2 * DAY, "backfilled_daily", launchplan_version=version, dry_run=True
    )
    assert [node.overrides["name"] for node in made.nodes] == [f"b-2026-01-0{day} 06:00" for day in (1, 2, 3)]
    assert [literals.primitive_value(node.bindings["day"].literal) for node in made.nodes] == [
        FIRST + day * DAY for day in range(3)
    ]
    assert [len(node.upstream) for node in made.nodes] == [0, 1, 1]
    assert (made.name, made.nodes[0].entity.key.version) == ("backfill-backfilled_daily", version)


def test_all_at_once_and_further_after_a_failure(remote: FlyteRemote, version: str) -> None:
    plan = remote.fetch_launch_plan(name="backfilled_daily", version=version)
    policy = WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE
    times = scheduled_times(plan, dt.datetime(2026, 1, 1), dt.datetime(2026, 1, 3))  # noqa: DTZ001 - naive is UTC
    assert times == [FIRST, FIRST + DAY]
    made = backfill_workflow(plan, times, parallel=True, failure_policy=policy)
    assert all(not node.upstream for node in made.nodes)
    assert made.options.failure_policy is policy


def test_it_is_registered_under_a_version_of_what_it_runs_and_started(
    registry: Registry, remote: FlyteRemote, version: str
) -> None:
    window = FIRST, FIRST + DAY, "backfilled_daily"
    only = remote.launch_backfill(None, None, *window, launchplan_version=version, execute=False)
    again = remote.launch_backfill(None, None, *window, launchplan_version=version, execute=False)
    other = remote.launch_backfill(None, None, *window, launchplan_version=version, execute=False, parallel=True)
    assert only.id == again.id != other.id
    nodes = registry.things["workflow", only.name, only.version].spec.template.nodes
    assert [node.workflow_node.launchplan_ref.name for node in nodes if node.id.startswith("n")] == [daily.name] * 2
    started = remote.launch_backfill(None, None, *window, launchplan_version=version, execution_name="back1")
    assert started.name == "back1"


def test_what_cannot_be_backfilled(remote: FlyteRemote, version: str) -> None:
    for name, first, last, says in (
        ("backfilled_often", FIRST, FIRST + DAY, "has no cron schedule"),
        ("backfilled_daily", FIRST + DAY, FIRST, "from an earlier date to a later one"),
        ("backfilled_daily", FIRST + DAY / 2, FIRST + DAY * 2 / 3, r"'0 6 \* \* \*' of backfilled_daily has no time"),
    ):
        with pytest.raises(InvalidInput, match=says):
            remote.launch_backfill(None, None, first, last, name, launchplan_version=version)
