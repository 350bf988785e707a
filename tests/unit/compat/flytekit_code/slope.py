import typing

from flytekit import task, workflow


@task
def slope(x: typing.List[int], y: typing.List[int]) -> float:
    sum_xy = sum([x[i] * y[i] for i in range(len(x))])
    sum_x_squared = sum([x[i] ** 2 for i in range(len(x))])
    n = len(x)
    return (n * sum_xy - sum(x) * sum(y)) / (n * sum_x_squared - sum(x) ** 2)


@task
def intercept(x: typing.List[int], y: typing.List[int], slope: float) -> float:
    mean_x = sum(x) / len(x)
    mean_y = sum(y) / len(y)
    return mean_y - slope * mean_x


@workflow
def simple_wf(x: typing.List[int] = [-3, 0, 3], y: typing.List[int] = [7, 4, -2]) -> float:
    slope_value = slope(x=x, y=y)
    return intercept(x=x, y=y, slope=slope_value)
