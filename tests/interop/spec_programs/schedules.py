"""Launch plans that start by themselves: calendars by fields and by names, rates in each unit."""

from datetime import datetime, timedelta

from flytekit import CronSchedule, FixedRate, LaunchPlan, task, workflow


@task
def report(day: datetime, limit: int) -> str:
    return f"{day}: {limit}"


@workflow
def wf(day: datetime, limit: int = 10) -> str:
    return report(day=day, limit=limit)


early = LaunchPlan.get_or_create(
    wf, "schedules-early", schedule=CronSchedule(schedule="0 6 * * 1-5", kickoff_time_input_arg="day")
)
shifted = LaunchPlan.get_or_create(
    wf,
    "schedules-shifted",
    {"limit": 5},
    schedule=CronSchedule(schedule="@daily", offset="PT10M", kickoff_time_input_arg="day"),
)
minutes = LaunchPlan.create(
    "schedules-minutes", wf, fixed_inputs={"limit": 1}, schedule=FixedRate(timedelta(minutes=90), "day")
)
hours = LaunchPlan.create("schedules-hours", wf, schedule=FixedRate(duration=timedelta(hours=36)))
days = LaunchPlan.create("schedules-days", wf, schedule=FixedRate(duration=timedelta(weeks=1)))
steps = LaunchPlan.create("schedules-steps", wf, schedule=CronSchedule(schedule="*/5 0,12 1-7/2 jan,jun mon-fri"))

COMPILED = ("early", "shifted", "minutes", "hours", "days", "steps")
