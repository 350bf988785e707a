"""Tasks that a resolver of one's own finds, and tasks that a class makes."""

from flytekit import PythonFunctionTask, task, workflow
from flytekit.core.base_task import TaskResolverMixin
from flytekit.core.class_based_resolver import ClassStorageTaskResolver
from flytekit.core.tracker import TrackedInstance


class ByName(TrackedInstance, TaskResolverMixin):
    def name(self):
        return "by-name"

    def load_task(self, loader_args):
        return globals()[loader_args[0]]

    def loader_args(self, settings, t):
        return [t.task_function.__name__]

    def get_all_tasks(self):
        return []


class Builder(ClassStorageTaskResolver):
    def name(self):
        return "builder"

    def make(self, function):
        made = PythonFunctionTask(task_config=None, task_function=function, task_resolver=self)
        self.add(made)
        return made


by_name = ByName()
builder = Builder()


@task(task_resolver=by_name)
def found(x: int) -> int:
    return x


def plain(x: int) -> int:
    return x + 1


built = builder.make(plain)


@workflow
def wf(x: int) -> int:
    return built(x=found(x=x))


RUNS = (("wf", {"x": 3}),)
