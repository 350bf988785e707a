"""``@task``: a Python function that runs on its own, anywhere: typed inputs and outputs, settings, a name."""

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, ParamSpec, TypeVar, Unpack, cast, overload

from flyweight.errors import InvalidInput
from flyweight.sdk.auto_container import PythonAutoContainerTask
from flyweight.sdk.compilation import Compilation, draw_into, drawing, stop_drawing
from flyweight.sdk.entity import Entity
from flyweight.sdk.function_entity import FunctionEntity
from flyweight.sdk.naming import module_path, place_of, refuse_entity, require_top_level
from flyweight.sdk.option_checks import require_known
from flyweight.sdk.options import (
    BodyOfFunctionSettings,
    ClassSettings,
    ExecutionBehavior,
    FunctionSettings,
    TaskSettings,
    chosen,
    metadata_of,
)
from flyweight.sdk.resolvers import default_task_resolver
from flyweight.sdk.workflow import Graph, bind_outputs
from flyweight.types.mismatch import unknown_name

C = TypeVar("C")
P = ParamSpec("P")
R = TypeVar("R")
P_other = ParamSpec("P_other")
R_other = TypeVar("R_other")


class PythonFunctionTask(FunctionEntity, PythonAutoContainerTask[C], Generic[C]):
    """A task whose ``execute`` is a user's function; what task types with a function derive from.

    Args:
        task_config: settings of the task type.
        task_function: the function.
        task_type: what the platform chooses its plugin by.
        settings: see ``FunctionSettings``.

    Raises:
        InvalidInput: an input without a type, a nested function, or settings that contradict each other.

    """

    def __init__(
        self,
        task_config: C,
        task_function: Callable[..., Any],
        task_type: str = "python-task",
        **settings: Unpack[FunctionSettings],
    ) -> None:
        require_known("A task class", settings, FunctionSettings)
        super().__init__("", task_config, task_type, **chosen(settings, ClassSettings))
        if self.task_resolver is default_task_resolver:
            require_top_level(task_function, "Task")
        self.task_function = task_function
        self.execution_mode = _mode(settings.get("execution_mode", ExecutionBehavior.DEFAULT))
        self.node_dependency_hints = tuple(settings.get("node_dependency_hints") or ())
        for hint in cast("tuple[object, ...]", self.node_dependency_hints):
            if not isinstance(hint, Entity):
                raise InvalidInput(f"`node_dependency_hints` takes tasks, workflows and launch plans, not {hint!r}.")
        if self.node_dependency_hints and self.execution_mode is not ExecutionBehavior.DYNAMIC:
            raise InvalidInput(
                f"{task_function.__qualname__}: `node_dependency_hints` is for dynamic tasks; "
                "what other tasks and workflows call is seen when they are compiled."
            )
        self.define(task_function, pickle_untyped=settings.get("pickle_untyped", False))
        for name in self.metadata.cache_ignore_input_vars:
            if name not in self._interface.inputs:
                where = f"{self.name}, inputs that the cache ignores"
                raise InvalidInput(f"{where}: {unknown_name(name, self._interface.inputs)}.")
        self._interface = self._interface.without(settings.get("ignore_input_vars") or ())

    @property
    def name(self) -> str:
        """``module.function``; behind the module that made the task, when that is not the function's own."""
        maker = self._made_elsewhere()
        return f"{maker}.{self.location.full}" if maker else self.location.full

    @property
    def is_async(self) -> bool:
        """Whether the function is a coroutine function."""
        return inspect.iscoroutinefunction(self.task_function)

    def execute(self, **inputs: Any) -> Any:
        """Call the function with Python values: gives what it returns, or the graph that a dynamic task draws.

        Nothing is converted; calls inside run, but those of a dynamic task become nodes.
        """
        if self.execution_mode is ExecutionBehavior.DYNAMIC:
            return self.draw(inputs)
        token = draw_into(None)
        try:
            return self._by_name(**inputs)
        finally:
            stop_drawing(token)

    def draw(self, inputs: Mapping[str, object]) -> Graph:
        """Run the body with Python values: each call in it becomes a node.

        Raises:
            CompileError: the body does not hold together.
            Exception: whatever the body itself raises.

        """
        compilation = Compilation(self.name, "d")
        with drawing(compilation):
            result = self._by_name(**inputs)
        compilation.check()
        return Graph(
            nodes=tuple(compilation.nodes),
            outputs=bind_outputs(self.name, self.interface, result, place_of(self._by_name)),
        )

    def _made_elsewhere(self) -> str:
        module = self.instantiated_in
        if module in (self.task_function.__module__, "__main__", ""):
            return ""
        maker = module_path(module)[0]
        return "" if maker in self.location.full else maker


class Task(PythonFunctionTask[Any], Generic[P, R]):
    """A function that is a task. Calling it runs it, or draws a node; ``task_function`` is the function itself."""

    if TYPE_CHECKING:

        def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
            """Call it, as the function is called."""
            ...


class TaskPlugins:
    """Which class ``@task`` makes a task of, by the class of its ``task_config``.

    Example:
        >>> class Machine:
        ...     kind = "small"
        >>> class MachineTask(PythonFunctionTask[Machine]):
        ...     def get_custom(self, settings):
        ...         return {"kind": self.task_config.kind}
        >>> TaskPlugins.register_pythontask_plugin(Machine, MachineTask)
        >>> @task(task_config=Machine())
        ... def work(x: int) -> int:
        ...     return x
        >>> type(work).__name__
        'MachineTask'

    """

    _plugins: ClassVar[dict[type, type[PythonFunctionTask[Any]]]] = {}

    @classmethod
    def register_pythontask_plugin(cls, plugin_config_type: type, plugin: type[PythonFunctionTask[Any]]) -> None:
        """Let configurations of this class mean this class of tasks.

        Raises:
            InvalidInput: they mean another one already, or it is no class of tasks with a function.

        """
        _require_task_class(plugin)
        known = cls._plugins.setdefault(plugin_config_type, plugin)
        if known is not plugin:
            raise InvalidInput(
                f"@task(task_config={plugin_config_type.__name__}(...)) makes a {known.__qualname__} already; "
                f"it cannot make a {plugin.__qualname__} too. Use a class of your own for the configuration."
            )

    @classmethod
    def find_pythontask_plugin(cls, plugin_config_type: type) -> type[PythonFunctionTask[Any]]:
        """Give the class of tasks for configurations of this class: ``PythonFunctionTask`` when none is registered."""
        return cls._plugins.get(plugin_config_type, PythonFunctionTask)


def make_task(
    function: Callable[P, R], settings: TaskSettings, mode: ExecutionBehavior = ExecutionBehavior.DEFAULT
) -> Task[P, R]:
    """Make a task of a function, of the class that its ``task_config`` chooses.

    Raises:
        InvalidInput: an input without a type, a nested function, an unknown option, or options that contradict.

    """
    refuse_entity("task", function)
    metadata = metadata_of(function, settings)
    config = settings.get("task_config")
    plugin = TaskPlugins.find_pythontask_plugin(type(config))
    body = chosen(settings, BodyOfFunctionSettings)
    body.setdefault("execution_mode", mode)
    made = (Task if plugin is PythonFunctionTask else plugin)(config, function, metadata=metadata, **body)
    return cast("Task[P, R]", made)  # whatever its class, it is called like the function


def _require_task_class(plugin: object) -> None:
    if not isinstance(plugin, type) or not issubclass(plugin, PythonFunctionTask):
        raise InvalidInput(
            f"register_pythontask_plugin takes a class that derives from PythonFunctionTask, not {plugin!r}."
        )


def _mode(mode: object) -> ExecutionBehavior:
    if isinstance(mode, ExecutionBehavior):
        return mode
    names = ", ".join(f"ExecutionBehavior.{one.name}" for one in ExecutionBehavior)
    raise InvalidInput(f"`execution_mode` takes one of PythonFunctionTask's {names}, not {mode!r}.")


@overload
def task(function: Callable[P, R], /) -> Task[P, R]: ...


@overload
def task(**settings: Unpack[TaskSettings]) -> Callable[[Callable[P, R]], Task[P, R]]: ...


def task(
    function: Callable[P, R] | None = None, /, **settings: Unpack[TaskSettings]
) -> Task[P, R] | Callable[[Callable[P_other, R_other]], Task[P_other, R_other]]:
    """Make a function a task; with or without options (see ``TaskSettings``).

    Args:
        function: what runs.
        settings: see ``TaskSettings``.

    Example:
        >>> @task(retries=2)
        ... def double(x: int) -> int:
        ...     return 2 * x
        >>> double(x=21)
        42

    Raises:
        InvalidInput: an input without a type, a nested function, an unknown option, or options that contradict.

    """
    if function is not None:
        return make_task(function, settings)

    def decorate(decorated: Callable[P_other, R_other]) -> Task[P_other, R_other]:
        return make_task(decorated, settings)

    return decorate
