"""What a launch plan takes and refuses: schedules, notifications, settings of its executions."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flyteidl.admin import launch_plan_pb2
from google.protobuf import duration_pb2

from flyweight import (
    AuthRole,
    ConcurrencyPolicy,
    CronSchedule,
    Email,
    FixedRate,
    LaunchPlan,
    OnSchedule,
    Options,
    SecurityContext,
    task,
    workflow,
)
from flyweight.compile.settings import SerializationSettings
from flyweight.compile.specs import compile_entity
from flyweight.errors import InvalidInput

SUCCEEDED, RUNNING = 4, 2


@task
def noted(day: dt.datetime, x: int) -> str:
    return f"{day:%Y} {x}"


@workflow(default_options=Options.default_from(k8s_service_account="robot", raw_data_prefix="s3://b/raw"))
def daily(day: dt.datetime, x: int = 1) -> str:
    return noted(day=day, x=x)


def spec_of(plan: LaunchPlan) -> launch_plan_pb2.LaunchPlanSpec:
    found = compile_entity(plan, SerializationSettings(version="v"))[-1]
    assert isinstance(found, launch_plan_pb2.LaunchPlan)
    return found.spec


def test_a_trigger_of_a_schedule_is_that_schedule_and_others_are_kept_as_conditions() -> None:
    schedule = CronSchedule(schedule="0 6 * * *", kickoff_time_input_arg="day")
    plan = LaunchPlan.create("plans-trigger", daily, trigger=OnSchedule(schedule))
    assert spec_of(plan).entity_metadata.schedule == schedule.to_flyte_idl()

    class Unheard:
        def to_flyte_idl(self) -> duration_pb2.Duration:
            return duration_pb2.Duration(seconds=3)

    condition = spec_of(
        LaunchPlan.create("plans-condition", daily, trigger=Unheard())
    ).entity_metadata.launch_conditions
    kept = duration_pb2.Duration()
    assert condition.Unpack(kept)
    assert kept.seconds == 3


def test_the_options_of_the_workflow_are_the_default_of_its_plans() -> None:
    spec = spec_of(LaunchPlan.create("plans-options", daily))
    assert spec.security_context.run_as.k8s_service_account == "robot"
    assert spec.raw_output_data_config.output_location_prefix == "s3://b/raw"
    other = LaunchPlan.create("plans-role", daily, auth_role=AuthRole(assumable_iam_role="arn"))
    assert spec_of(other).security_context.run_as.iam_role == "arn"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"schedules": None}, "LaunchPlan has no option `schedules`. Did you mean `schedule`"),
        ({"schedule": "0 6 * * *"}, "`schedule` takes what stands for a flyteidl.admin.Schedule; '0 6"),
        ({"schedule": Email([SUCCEEDED], ["a@b.c"])}, "`schedule` takes what stands for"),
        ({"trigger": "daily"}, "`trigger` takes what stands for"),
        ({"trigger": OnSchedule(FixedRate(dt.timedelta(days=1))), "schedule": FixedRate(dt.timedelta(1))}, "give one"),
        ({"auth_role": AuthRole("arn"), "security_context": SecurityContext()}, "give one of them"),
        ({"schedule": FixedRate(dt.timedelta(days=1), "dya")}, "no input is named 'dya'; did you mean 'day'"),
        (
            {
                "schedule": FixedRate(dt.timedelta(1), "day"),
                "fixed_inputs": {"day": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
            },
            "`day` is a fixed input",
        ),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput, match=says.replace("[", r"\[")):
        LaunchPlan.create("plans-refused", daily, **settings)
    assert "plans-refused" not in LaunchPlan.CACHE


def test_one_name_is_one_plan_and_another_one_says_what_differs() -> None:
    rate = FixedRate(dt.timedelta(hours=2))
    plan = LaunchPlan.get_or_create(daily, "plans-one", schedule=rate, max_parallelism=3)
    assert LaunchPlan.get_or_create(daily, "plans-one", schedule=rate, max_parallelism=3) is plan
    with pytest.raises(InvalidInput, match="with another schedule"):
        LaunchPlan.get_or_create(daily, "plans-one", schedule=FixedRate(dt.timedelta(hours=3)), max_parallelism=3)
    with pytest.raises(InvalidInput, match="with another max_parallelism"):
        LaunchPlan.get_or_create(daily, "plans-one", schedule=rate)
    with pytest.raises(InvalidInput, match="Only a launch plan with a name"):
        LaunchPlan.get_or_create(daily, schedule=rate)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: CronSchedule(cron_expression="0 6 * * ? *"), "give five fields by name"),
        (lambda: CronSchedule("*/5 * * * *"), "Without a name the first is `cron_expression`"),
        (CronSchedule, "takes `schedule`"),
        (lambda: CronSchedule(schedule="0 6 * *"), "has five fields"),
        (lambda: CronSchedule(schedule="daily", offset="10 minutes"), "ISO 8601"),
        (lambda: FixedRate(dt.timedelta(seconds=90)), "whole minutes"),
        (lambda: FixedRate(dt.timedelta(0)), "whole minutes"),
        (lambda: Email([], ["a@b.c"]), "has ended"),
        (lambda: Email([RUNNING], ["a@b.c"]), "has ended"),
        (lambda: Email([SUCCEEDED], "a@b.c"), "a list of addresses"),
        (lambda: ConcurrencyPolicy(0), "1 or more"),
    ],
)
def test_what_can_never_be_meant_is_refused_where_it_is_written(make: Callable[[], object], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        make()


@pytest.mark.parametrize("settings", [{"labels": {"a": "b"}}, {"max_parallelism": "3"}])
def test_a_setting_of_the_wrong_kind_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=f"LaunchPlan: `{next(iter(settings))}` takes"):
        LaunchPlan.create("of the wrong kind", daily, **settings)


def test_a_rate_is_a_timedelta() -> None:
    wrong: Any = 3
    with pytest.raises(InvalidInput, match="timedelta of whole minutes"):
        FixedRate(duration=wrong)
