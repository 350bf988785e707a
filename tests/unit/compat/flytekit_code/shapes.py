import random

from flytekit import conditional, task, workflow


@task
def calculate_circumference(radius: float) -> float:
    return 2 * 3 * radius


@task
def calculate_area(radius: float) -> float:
    return 3 * radius * radius


@workflow
def shape_properties(radius: float) -> float:
    return (
        conditional("shape_properties")
        .if_((radius >= 0.1) & (radius < 1.0))
        .then(calculate_circumference(radius=radius))
        .elif_((radius > 1.0) & (radius <= 10.0))
        .then(calculate_area(radius=radius))
        .else_()
        .fail("The input must be within the range of 0 to 10.")
    )
