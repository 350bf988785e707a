"""What a dynamic task calls, told beforehand; parameters of a function that are no inputs; inputs without a type."""

from flytekit import LaunchPlan, PythonFunctionTask, dynamic, task, workflow


@task
def hinted(x: int) -> int:
    return x


@workflow
def hinted_wf(x: int) -> int:
    return hinted(x=x)


hinted_plan = LaunchPlan.get_or_create(hinted_wf, "hints-plan")


@dynamic(node_dependency_hints=[hinted, hinted_plan])
def later(x: int) -> int:
    return hinted_plan(x=hinted(x=x))


def given(x: int, client: str) -> int:
    return x + len(client)


class WithClient(PythonFunctionTask):
    def __init__(self, task_config, task_function, **kwargs):
        super().__init__(task_config, task_function, ignore_input_vars=["client"], **kwargs)

    def execute(self, **kwargs):
        return super().execute(client="c", **kwargs)


given = WithClient(None, given)


@workflow
def wf(x: int) -> int:
    return given(x=later(x=x))


RUNS = (("wf", {"x": 3}), ("given", {"x": 3}))
