"""``@workflow``: a function whose body, run once with promises, draws a graph of nodes."""

import functools
import inspect
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Generic, ParamSpec, TypedDict, TypeVar, Unpack, overload

from flyweight.errors import CompileError, InvalidInput, TypeMismatch
from flyweight.sdk.binding import Binding, bind
from flyweight.sdk.compilation import Compilation, drawing
from flyweight.sdk.conditional import nodes_within
from flyweight.sdk.documentation import Documented
from flyweight.sdk.entity import AnyEntity, Entity
from flyweight.sdk.function_entity import FunctionEntity
from flyweight.sdk.interface import Interface
from flyweight.sdk.naming import place_of, refuse_entity, require_top_level
from flyweight.sdk.node import Node, NodeOutputs
from flyweight.sdk.option_checks import Kinds, require_known
from flyweight.sdk.promise import OutputReference, Promise
from flyweight.sdk.run_options import Options

P = ParamSpec("P")
R = TypeVar("R")
P_other = ParamSpec("P_other")
R_other = TypeVar("R_other")


class WorkflowFailurePolicy(Enum):
    """What happens to the rest when a node fails."""

    FAIL_IMMEDIATELY = 0
    """Stop what runs and fail."""
    FAIL_AFTER_EXECUTABLE_NODES_COMPLETE = 1
    """Run everything that does not depend on the failed node, then fail."""


class WorkflowSettings(TypedDict, total=False):
    """The options of ``@workflow``, named as in flytekit."""

    failure_policy: WorkflowFailurePolicy | None
    """What happens to the rest when a node fails; it stops, by default."""
    interruptible: bool
    """Whether its tasks may run on machines that can be taken away, if they do not say; not, by default."""
    on_failure: AnyEntity | None
    """A task or workflow that runs when this one fails; it takes this one's inputs, and one of type FlyteError."""
    docs: Documented | None
    """Texts for the console, where the docstring says nothing."""
    pickle_untyped: bool
    """Let inputs without a type be anything: they travel as pickles."""
    default_options: Options | None
    """Labels, annotations and limits of its default launch plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A drawn workflow: its nodes in the order of the calls, and what its outputs are bound to."""

    nodes: tuple[Node, ...]
    outputs: Mapping[str, Binding]
    failure_node: Node | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowOptions:
    """The options in one form."""

    failure_policy: WorkflowFailurePolicy = WorkflowFailurePolicy.FAIL_IMMEDIATELY
    interruptible: bool = False
    on_failure: AnyEntity | None = None
    docs: Documented | None = None
    pickle_untyped: bool = False
    default_options: Options = field(default_factory=Options)


class Workflow(Entity[P, R], Generic[P, R]):
    """A graph of calls with inputs and outputs of its own."""

    def __init__(self, options: WorkflowOptions) -> None:
        self.options = options

    @property
    @abstractmethod
    def graph(self) -> Graph:
        """The nodes and what the outputs are bound to.

        Raises:
            CompileError: it does not hold together: says which call or output, and why.

        """


class FunctionWorkflow(FunctionEntity, Workflow[P, R], Generic[P, R]):
    """A function that is a workflow; ``graph`` is what its body draws, on first use.

    Args:
        function: draws the graph, when it is first asked for.
        options: as ``@workflow`` takes them.

    Raises:
        InvalidInput: the function is nested, a method, or ``async def``.

    """

    def __init__(self, function: Callable[P, R], options: WorkflowOptions) -> None:
        refuse_entity("workflow", function)
        require_top_level(function, "Workflow")
        if inspect.iscoroutinefunction(function):
            raise InvalidInput(
                f"Workflow {function.__qualname__} is `async def`, but its body only draws the graph, and there is "
                "nothing to await in it: write `def` (async tasks may be called in it), or make it an @eager task."
            )
        super().__init__(options)
        self.workflow_function = function
        self.define(function, pickle_untyped=options.pickle_untyped)
        self._being_drawn = False

    @property
    def graph(self) -> Graph:
        """Draw the graph, once.

        Raises:
            CompileError: the body does not hold together: says which call or output, and why.

        """
        return self._drawn

    @functools.cached_property
    def _drawn(self) -> Graph:
        if self._being_drawn:
            raise CompileError(
                f"{self.name} calls itself, so that its graph would have no end. A @dynamic task may call itself: it "
                "draws its graph when it runs, and decides by its inputs when to stop."
            )
        self._being_drawn = True
        try:
            return self._draw()
        finally:
            self._being_drawn = False

    def _draw(self) -> Graph:
        compilation = Compilation(self.name)
        inputs = {
            name: Promise(OutputReference(node=None, var=name), python_type)
            for name, python_type in self._interface.inputs.items()
        }
        with drawing(compilation):
            result = self._by_name(**inputs)
        compilation.check()
        for node in nodes_within(tuple(compilation.nodes)):
            if isinstance(node.entity, FunctionWorkflow):
                _ = node.entity.graph  # draws it; one that leads back to this one is found here
        return Graph(
            nodes=tuple(compilation.nodes),
            outputs=bind_outputs(self.name, self._interface, result, place_of(self._by_name)),
            failure_node=self._failure_node(),
        )

    def _failure_node(self) -> Node | None:
        """Draw the node that runs when the workflow fails: it takes the workflow's own inputs by name."""
        handler = self.options.on_failure
        if handler is None:
            return None
        compilation = Compilation(self.name)
        own = self._interface.inputs
        arguments = {
            name: Promise(OutputReference(node=None, var=name), own[name])
            for name in handler.interface.inputs
            if name in own
        }
        node = compilation.add(handler, arguments)
        node.id = "fn0"  # the id that flytekit registers it under
        return node


def bind_outputs(name: str, interface: Interface, result: object, place: str) -> dict[str, Binding]:
    """Bind what a body returned to the outputs that it declares; ``place`` says where the body is defined.

    Raises:
        CompileError: it returned nothing, or another number of values.
        TypeMismatch: a value is not of its output's type.

    """
    try:
        return _bind_outputs(name, interface, result)
    except (CompileError, TypeMismatch) as error:
        raise type(error)(f"{error}{place}") from error


def _bind_outputs(name: str, interface: Interface, result: object) -> dict[str, Binding]:
    declared = interface.outputs
    if not declared:
        return {}
    if result is None:
        raise CompileError(f"{name} declares an output and returns nothing. Add a return statement.")
    single = len(declared) == 1 and interface.output_class is None and not _promises(result)
    values = (result,) if single or not isinstance(result, tuple) else result
    if len(values) != len(declared):
        raise CompileError(
            f"{name} declares {len(declared)} output{'s' * (len(declared) > 1)} ({', '.join(declared)}) and returns "
            f"{len(values)}. Annotate it with the type of each, as in `-> tuple[int, str]`."
        )
    return {
        key: bind(value, declared[key], f"{name}, output `{key}`") for key, value in zip(declared, values, strict=True)
    }


def _promises(result: object) -> bool:
    """Tell whether several values were returned; a tuple is no value that an output could be bound to."""
    return isinstance(result, tuple) and not isinstance(result, NodeOutputs) and len(result) > 1


@overload
def workflow(function: Callable[P, R], /) -> FunctionWorkflow[P, R]: ...


@overload
def workflow(**settings: Unpack[WorkflowSettings]) -> Callable[[Callable[P, R]], FunctionWorkflow[P, R]]: ...


def workflow(
    function: Callable[P, R] | None = None, /, **settings: Unpack[WorkflowSettings]
) -> FunctionWorkflow[P, R] | Callable[[Callable[P_other, R_other]], FunctionWorkflow[P_other, R_other]]:
    """Make a function a workflow; with or without options (see ``WorkflowSettings``).

    Args:
        function: draws the graph: it is called once, with promises in place of values.
        settings: see ``WorkflowSettings``.

    Example:
        >>> from flyweight.sdk.task import task
        >>> @task
        ... def double(x: int) -> int:
        ...     return 2 * x
        >>> @workflow
        ... def quadruple(x: int = 1) -> int:
        ...     return double(x=double(x=x))
        >>> quadruple(x=3)
        12

    Raises:
        InvalidInput: an input without a type, a nested or a coroutine function, or an unknown option.

    """
    options = _options(settings)
    if function is not None:
        return FunctionWorkflow(function, options)

    def decorate(decorated: Callable[P_other, R_other]) -> FunctionWorkflow[P_other, R_other]:
        return FunctionWorkflow(decorated, options)

    return decorate


_KINDS: Final[Kinds] = {
    "failure_policy": (WorkflowFailurePolicy,),
    "interruptible": (bool,),
    "on_failure": (Entity,),
    "docs": (Documented,),
    "pickle_untyped": (bool,),
    "default_options": (Options,),
}


def _options(settings: WorkflowSettings) -> WorkflowOptions:
    require_known("@workflow", settings, WorkflowSettings, _KINDS)
    return WorkflowOptions(
        failure_policy=settings.get("failure_policy") or WorkflowFailurePolicy.FAIL_IMMEDIATELY,
        interruptible=settings.get("interruptible", False),
        on_failure=settings.get("on_failure"),
        docs=settings.get("docs"),
        pickle_untyped=settings.get("pickle_untyped", False),
        default_options=settings.get("default_options") or Options(),
    )
