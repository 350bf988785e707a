"""A task type of one's own, as plugins define it."""
from dataclasses import dataclass
from typing import Callable

from flytekit import PythonFunctionTask, task, workflow
from flytekit.extend import TaskPlugins


@dataclass
class MyConfig:
    size: int = 1


class MyTask(PythonFunctionTask[MyConfig]):
    def __init__(self, task_config: MyConfig, task_function: Callable, **kwargs):
        super().__init__(task_config=task_config, task_function=task_function, task_type="mine", **kwargs)

    def get_custom(self, settings):
        return {"size": self.task_config.size}


TaskPlugins.register_pythontask_plugin(MyConfig, MyTask)


@task(task_config=MyConfig(size=3))
def sized(x: int) -> int:
    return x + 1


@workflow
def wf(x: int = 1) -> str:
    return describe(x=sized(x=x))


@task
def describe(x: int) -> str:
    return f"{x} {sized.task_type} {sized.task_config.size}"
