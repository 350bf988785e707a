from flytekit import LaunchPlan, Labels, current_context, task, workflow
from flytekit.core.options import Options


@task
def add(a: int, b: int) -> int:
    current_context().logging.info("adding")
    return a + b


@workflow
def wf(a: int, b: int = 1) -> int:
    return add(a=a, b=b)


default_lp = LaunchPlan.get_or_create(workflow=wf, name="wf_default", default_inputs={"a": 2})
fixed_lp = LaunchPlan.get_or_create(workflow=wf, name="wf_fixed", fixed_inputs={"a": 40}, labels=Labels({"team": "x"}))
