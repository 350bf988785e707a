"""Running what is registered, without its code: only names, versions and signatures are here.

    flyweight run --remote reference_usage.py ref_wf --xs '[1, 2, 3]'

Nothing is compiled or uploaded; a reference has no body. A value comes from the command line, else from the
default in the signature here, else from the launch plan's default, and the run says which.
"""

from flyweight import reference_launch_plan, reference_task, reference_workflow


@reference_task(project="flytesnacks", domain="development", name="reference_lists.add_up", version="v1")
def ref_task(xs: list[int]) -> int:
    """Add numbers up."""


@reference_workflow(project="flytesnacks", domain="development", name="reference_lists.base_lists_wf", version="v1")
def ref_wf(xs: list[int], factor: int = 1) -> int:
    """Add numbers up and scale the sum."""


@reference_launch_plan(project="flytesnacks", domain="development", name="base_lists_lp", version="v1")
def ref_lp(xs: list[int]) -> int:
    """Add numbers up; the factor is fixed."""
