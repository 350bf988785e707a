"""A workflow that is put together step by step, by a program that decides which nodes there are."""

from collections.abc import Mapping
from typing import Any

from flyweight.errors import CompileError, InvalidInput
from flyweight.sdk.binding import Binding, bind, promises_in
from flyweight.sdk.compilation import Compilation
from flyweight.sdk.conditional import Conditional, nodes_within
from flyweight.sdk.entity import AnyEntity
from flyweight.sdk.interface import Interface
from flyweight.sdk.node import Node, NodeOutputs
from flyweight.sdk.promise import OutputReference, Promise
from flyweight.sdk.workflow import Graph, WorkflowFailurePolicy, WorkflowOptions
from flyweight.sdk.workflow import Workflow as AnyWorkflow

FAILURE_NODE = "efn"
"""The id that flytekit gives the failure node here."""


class Workflow(AnyWorkflow[..., Any]):
    """A workflow made of calls: inputs, then entities, then outputs.

    Args:
        name: what it is registered under.
        failure_policy: what happens to the rest when a node fails; it stops, by default.
        interruptible: whether its tasks may run on machines that can be taken away.

    Example:
        >>> from flyweight.sdk.task import task
        >>> @task
        ... def double(x: int) -> int:
        ...     return 2 * x
        >>> made = Workflow("examples.made")
        >>> node = made.add_entity(double, x=made.add_workflow_input("x", int))
        >>> made.add_workflow_output("doubled", node.outputs["o0"])
        >>> made(x=4)
        8

    """

    def __init__(
        self,
        name: str,
        failure_policy: WorkflowFailurePolicy | None = None,
        interruptible: bool = False,  # noqa: FBT001, FBT002 - flytekit's own signature
    ) -> None:
        super().__init__(
            WorkflowOptions(
                failure_policy=failure_policy or WorkflowFailurePolicy.FAIL_IMMEDIATELY, interruptible=interruptible
            )
        )
        self._name = name
        self._compilation = Compilation(name)
        self._types: dict[str, Any] = {}
        self._output_types: dict[str, Any] = {}
        self._outputs: dict[str, Binding] = {}
        self._failure_node: Node | None = None

    @property
    def name(self) -> str:
        """The name it was given."""
        return self._name

    @property
    def interface(self) -> Interface:
        """The inputs and outputs so far."""
        return Interface(inputs=dict(self._types), outputs=dict(self._output_types))

    @property
    def inputs(self) -> Mapping[str, Promise]:
        """What stands for each input."""
        return {name: self._input(name) for name in self._types}

    @property
    def nodes(self) -> list[Node]:
        """The nodes so far."""
        return self._compilation.nodes

    @property
    def graph(self) -> Graph:
        """What was put together so far.

        Raises:
            CompileError: there is no node, an input leads nowhere, or a conditional has no end.

        """
        self._compilation.check()
        if not self.nodes:
            raise CompileError(f"{self.name} has no node yet. Add one with add_entity(...).")
        unused = sorted(self._unused())
        if unused:
            raise CompileError(f"{self.name}: no node takes the inputs {', '.join(unused)}. Give them to one.")
        return Graph(nodes=tuple(self.nodes), outputs=dict(self._outputs), failure_node=self._failure_node)

    def ready(self) -> bool:
        """Tell whether there is a node, and every input leads to one."""
        return bool(self.nodes) and not self._unused()

    def add_workflow_input(self, input_name: str, python_type: Any) -> Promise:
        """Declare an input; gives what stands for it.

        Raises:
            InvalidInput: there is an input of that name.

        """
        if input_name in self._types:
            raise InvalidInput(f"{self.name} has an input `{input_name}` already.")
        self._types[input_name] = python_type
        return self._input(input_name)

    def add_entity(self, entity: AnyEntity, **inputs: object) -> Node:
        """Add a call of a task, workflow or launch plan; its outputs are in ``node.outputs``, or attributes by name.

        Raises:
            CompileError: an argument cannot be bound.
            InvalidInput: arguments do not match the inputs.

        """
        return self._compilation.add(entity, entity.interface.bind(entity.name, (), inputs))

    add_task = add_entity
    add_launch_plan = add_entity
    add_subwf = add_entity

    def add_workflow_output(self, output_name: str, p: object, python_type: Any = None) -> None:
        """Declare an output.

        Args:
            output_name: its name.
            p: the result of a node; or a list or dictionary of such, then with ``python_type``.
            python_type: its type; left out, the type of the result.

        Raises:
            InvalidInput: there is an output of that name.
            CompileError: the type is not known, or the value cannot be bound.

        """
        where = f"{self.name}, output `{output_name}`"
        if output_name in self._output_types:
            raise InvalidInput(f"{where}: there is one of that name already.")
        if python_type is None:
            value = p[0] if isinstance(p, NodeOutputs) and len(p) == 1 else p
            if not isinstance(value, Promise) or value.ref.path:
                raise CompileError(f"{where}: say its type, for instance python_type=list[int].")
            python_type = value.python_type
        self._outputs[output_name] = bind(p, python_type, where)
        self._output_types[output_name] = python_type

    def add_on_failure_handler(self, entity: AnyEntity) -> Node:
        """Add what runs when the workflow fails; it is given the inputs that it shares with the workflow, by name.

        Raises:
            CompileError: it has further inputs without a default.

        """
        shared = {name: promise for name, promise in self.inputs.items() if name in entity.interface.inputs}
        self._failure_node = Compilation(self.name).add(entity, shared)
        self._failure_node.id = FAILURE_NODE
        return self._failure_node

    def create_conditional(self, name: str) -> Conditional:
        """Start a conditional; calls inside its ``then(...)`` are its cases."""
        return Conditional(name, self._compilation)

    def _input(self, name: str) -> Promise:
        return Promise(OutputReference(node=None, var=name), self._types[name])

    def _unused(self) -> set[str]:
        bindings = [binding for node in nodes_within(tuple(self.nodes)) for binding in node.bindings.values()]
        used = {promise.ref.var for binding in bindings for promise in promises_in(binding) if promise.ref.node is None}
        return set(self._types) - used
