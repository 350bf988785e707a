"""A task type of one's own, chosen by its configuration, and one without a function."""

from dataclasses import dataclass

from flytekit import PythonFunctionTask, PythonInstanceTask, TaskMetadata, kwtypes, task, workflow
from flytekit.extend import Interface, TaskPlugins


@dataclass
class Cluster:
    workers: int
    kind: str = "small"


class ClusterTask(PythonFunctionTask[Cluster]):
    def __init__(self, task_config, task_function, **kwargs):
        super().__init__(
            task_config=task_config,
            task_function=task_function,
            task_type="cluster",
            task_type_version=2,
            **kwargs,
        )

    def get_custom(self, settings):
        return {"workers": self.task_config.workers, "kind": self.task_config.kind, "version": settings.version}

    def get_config(self, settings):
        return {**(super().get_config(settings) or {}), "network": "fast"}


TaskPlugins.register_pythontask_plugin(Cluster, ClusterTask)


class Repeat(PythonInstanceTask[Cluster]):
    def __init__(self, name, times, **kwargs):
        self.times = times
        super().__init__(
            name=name,
            task_config=Cluster(times),
            task_type="repeat",
            interface=Interface(inputs=kwtypes(text=str), outputs=kwtypes(repeated=str)),
            metadata=TaskMetadata(retries=2, cache=True, cache_version="1", timeout=60),
            **kwargs,
        )

    def execute(self, **kwargs):
        return kwargs["text"] * self.times


twice = Repeat("task_types.twice", 2, environment={"C": "instance"})


@task(task_config=Cluster(3), retries=1, environment={"C": "cluster"})
def spread(x: int) -> str:
    """Spread it.

    Over all workers.
    """
    return str(x)


@workflow
def wf(x: int) -> str:
    return twice(text=spread(x=x))


RUNS = (("wf", {"x": 3}), ("twice", {"text": "ab"}))
