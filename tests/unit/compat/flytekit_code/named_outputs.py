from typing import NamedTuple

from flytekit import task, workflow

slope_value = NamedTuple("slope_value", [("slope", float)])
slope_and_intercept_values = NamedTuple("slope_and_intercept_values", [("slope", float), ("intercept", float)])


@task
def slope(x: int) -> slope_value:
    return slope_value(x / 2)


@workflow
def slope_and_intercept_wf(x: int = 3) -> slope_and_intercept_values:
    value = slope(x=x)
    return slope_and_intercept_values(slope=value.slope, intercept=value.slope)
