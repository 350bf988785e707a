"""What `reference_usage.py` refers to: register it once, under a version of your choice.

flyweight register --version v1 reference_lists.py
"""

from flyweight import LaunchPlan, task, workflow


@task
def add_up(xs: list[int]) -> int:
    """Add numbers up."""
    return sum(xs)


@task
def scale(total: int, factor: int) -> int:
    """Multiply."""
    return total * factor


@workflow
def base_lists_wf(xs: list[int], factor: int = 1) -> int:
    """Add numbers up and scale the sum."""
    return scale(total=add_up(xs=xs), factor=factor)


base_lists_lp = LaunchPlan.get_or_create(base_lists_wf, name="base_lists_lp", fixed_inputs={"factor": 1})
