"""Starts executions: of what is registered, of references, and of this process's entities, registered on the way."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypedDict, Unpack, cast

from flyteidl.admin import cluster_assignment_pb2, common_pb2, execution_pb2
from flyteidl.core import identifier_pb2, interface_pb2, literals_pb2
from google.protobuf.wrappers_pb2 import BoolValue

from flyweight.client import rpcs
from flyweight.client.data import ClientData
from flyweight.client.entities import FetchedEntity, FlyteWorkflow
from flyweight.client.executions import FlyteWorkflowExecution
from flyweight.client.inputs import input_literals
from flyweight.client.lazy import LazyEntity
from flyweight.client.looking import Looking, Place
from flyweight.client.references import resolve_reference
from flyweight.client.register import Registering, RegisterSettings
from flyweight.compile.launch_plans import notifications, security_context
from flyweight.compile.settings import ImageConfig, SerializationSettings
from flyweight.errors import AlreadyExists, InvalidInput, NotFound, Unsupported
from flyweight.ids import new_execution_name, new_object_name
from flyweight.protocol import watch_pb2
from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.entity import Entity
from flyweight.sdk.reference import ReferenceEntity
from flyweight.sdk.run_options import Options
from flyweight.semantics.rerun import RERUN_NODE

AnyEntity = Entity[Any, Any]
Executable = AnyEntity | FetchedEntity | LazyEntity

LONGEST_NAME = 63
PATIENCE_MS = 2_000
"""How long the call that creates an execution waits for its end; one that takes longer is watched."""


class ExecutionSettings(TypedDict, total=False):
    """How an execution runs; all may be left out. Names are flytekit's."""

    project: str | None
    """Where it runs."""
    domain: str | None
    execution_name: str | None
    execution_name_prefix: str | None
    options: Options | None
    wait: bool
    """Return when it has ended."""
    type_hints: Mapping[str, Any] | None
    """Python types of inputs, where a fetched entity's own are not precise enough."""
    overwrite_cache: bool | None
    interruptible: bool | None
    envs: Mapping[str, str] | None
    tags: list[str] | None
    cluster_pool: str | None
    execution_cluster_label: str | None
    name: str | None
    """flytekit's; the entity's own name is used."""
    serialization_settings: SerializationSettings | None
    """flytekit's; only its version is read."""


class ExecuteSettings(ExecutionSettings, total=False):
    """With what is needed to register an entity of this process on the way."""

    version: str | None
    image_config: ImageConfig | None
    env: Mapping[str, str]
    copy: str
    destination_dir: str
    source_path: str | Path | None


class Executing(Looking, Registering):
    """Starts executions."""

    def execute(
        self, entity: Executable, inputs: Mapping[str, Any] | None = None, **settings: Unpack[ExecuteSettings]
    ) -> FlyteWorkflowExecution:
        """Start an execution.

        Args:
            entity: a fetched entity, a reference, or an entity of this process, which is registered if it is not.
            inputs: values by name; files and dataframes are uploaded.
            settings: see ``ExecuteSettings``.

        Returns:
            The execution's handle; with ``wait=True`` it has ended. In interactive mode the handle stands for the
            result, and can be used as if it were it.

        Raises:
            InvalidInput: an input does not exist or is missing.
            TypeMismatch: a value does not fit its input.
            NotFound: the entity is not registered (fetched entities and references).

        """
        given = dict(inputs or {})
        match entity.entity if isinstance(entity, LazyEntity) else entity:
            case FlyteWorkflow() as entity:
                plan = self.fetch_launch_plan(entity.id.project, entity.id.domain, entity.name, entity.version)
                return self._start_fetched(plan, given, settings)
            case FetchedEntity() as entity:
                return self._start_fetched(entity, given, settings)
            case ReferenceEntity() as entity:
                call = resolve_reference(self, entity, given)
                at_home: ExecuteSettings = {
                    **settings,
                    "project": settings.get("project") or entity.key.project,
                    "domain": settings.get("domain") or entity.key.domain,
                    "type_hints": {**entity.interface.inputs, **(settings.get("type_hints") or {})},
                }
                return self._start_fetched(call.entity, dict(call.inputs), at_home, entity.interface.outputs)
            case entity:
                return self._start_own(entity, given, settings)

    def relaunch(
        self, name: str, new_name: str = "", inputs: Mapping[str, Any] | None = None, **place: Unpack[Place]
    ) -> FlyteWorkflowExecution:
        """Start an execution again, from the beginning: the same version, settings and inputs, but for those given.

        Args:
            name: of the execution.
            new_name: of the new one; drawn if empty.
            inputs: values by name, in place of the ones it had.
            **place: project and domain, if they are not the client's own.

        Raises:
            NotFound: there is no such execution, or what it ran is not registered.
            InvalidInput: there is no such input, or its launch plan has decided it.
            TypeMismatch: a value does not fit its input.

        """
        of = self.execution_id(name, place.get("project"), place.get("domain"))
        if not inputs:
            request = execution_pb2.ExecutionRelaunchRequest(id=of, name=new_name)
            return self._handle(self.connection.call(rpcs.RELAUNCH_EXECUTION, request).id)
        found = self._handle(of)
        entity = self.entity_of(found)
        entity.refuse_fixed(inputs)
        variables = entity.interface.inputs.variables
        given = {**{kept: value for kept, value in found.inputs.literals.items() if kept in variables}, **inputs}
        data = ClientData(self, of.project, of.domain)
        again = execution_pb2.ExecutionCreateRequest(
            project=of.project,
            domain=of.domain,
            name=new_name or new_execution_name(),
            spec=_relaunched(found.spec, of),
            inputs=literals_pb2.LiteralMap(literals=input_literals(given, variables, {}, data)),
        )
        self._create_execution(again, {"execution_name": new_name}, run=False)
        return self._handle(self.execution_id(again.name, of.project, of.domain))

    def entity_of(self, execution: FlyteWorkflowExecution) -> FetchedEntity:
        """Fetch what an execution runs: a launch plan or a task; raises ``NotFound``."""
        ran = execution.spec.launch_plan
        fetch = self.fetch_task if ran.resource_type == identifier_pb2.TASK else self.fetch_launch_plan
        return fetch(ran.project, ran.domain, ran.name, ran.version)

    # flytekit's names, one a kind of entity.
    execute_remote_task_lp = execute_remote_wf = execute
    execute_reference_task = execute_reference_workflow = execute_reference_launch_plan = execute
    execute_local_task = execute_local_workflow = execute_local_launch_plan = execute

    def _start_own(self, entity: AnyEntity, given: dict[str, Any], settings: ExecuteSettings) -> FlyteWorkflowExecution:
        entity.interface.bind(entity.name, (), given)
        if isinstance(entity, PythonTask):  # a task has no defaults on a platform
            given = {**entity.interface.defaults, **given}
        entity.interface.require_all(entity.name, {**entity.interface.defaults, **given})
        types = {**entity.interface.inputs, **(settings.get("type_hints") or {})}
        for again in (False, True):
            done = self.register(entity, **_register_settings(settings))
            target = done.id
            if target.resource_type == identifier_pb2.WORKFLOW:
                target = self.identifier(
                    identifier_pb2.LAUNCH_PLAN, target.project, target.domain, target.name, target.version
                )
            try:
                return self._start(target, done.interface, given, settings, (types, entity.interface.outputs))
            except NotFound:
                if again:
                    raise
                self.forget_registered()  # the platform was set up anew since
        raise AssertionError

    def _start_fetched(
        self,
        entity: FetchedEntity,
        given: dict[str, Any],
        settings: ExecuteSettings,
        outputs: Mapping[str, Any] | None = None,
    ) -> FlyteWorkflowExecution:
        entity.refuse_fixed(given)
        given = {**dict.fromkeys(entity.optional), **given}
        missing = [name for name in entity.inputs if name not in given and name not in entity.defaults]
        if missing:
            raise InvalidInput(f"{entity.name} needs input {', '.join(f'`{name}`' for name in missing)}.")
        hints = settings.get("type_hints") or {}
        return self._start(entity.id, entity.interface, given, settings, (hints, outputs))

    def _start(
        self,
        target: identifier_pb2.Identifier,
        interface: interface_pb2.TypedInterface,
        given: dict[str, Any],
        settings: ExecuteSettings,
        types: tuple[Mapping[str, Any], Mapping[str, Any] | None],
    ) -> FlyteWorkflowExecution:
        """Convert the inputs and create the execution; ``types`` are those of inputs and of outputs, where known."""
        of = self.execution_id(_name(settings), settings.get("project"), settings.get("domain"))
        data = ClientData(self, of.project, of.domain)
        literals = input_literals(given, interface.inputs.variables, types[0], data)
        request = execution_pb2.ExecutionCreateRequest(
            project=of.project,
            domain=of.domain,
            name=of.name,
            spec=execution_spec(target, settings),
            inputs=literals_pb2.LiteralMap(literals=literals),
        )
        execution = self._handle_of(
            execution_pb2.Execution(id=of, spec=request.spec), types[1], interface.outputs.variables
        )

        wait = bool(settings.get("wait"))

        def create() -> None:
            execution.told(self._create_execution(request, settings, run=wait and not self._watches_at_once()))

        if self._watches_at_once():
            execution.follow_from_creation(create)
        else:
            create()
        return execution.wait() if wait else execution

    def _handle_of(
        self,
        execution: execution_pb2.Execution,
        output_types: Mapping[str, Any] | None,
        output_variables: Mapping[str, interface_pb2.Variable],
    ) -> FlyteWorkflowExecution:
        """Make the handle; interactive mode makes another kind."""
        return FlyteWorkflowExecution(self, execution, output_types=output_types, output_variables=output_variables)

    def _watches_at_once(self) -> bool:
        """Tell whether every execution is watched from its start; in interactive mode it is."""
        return False

    def _create_execution(
        self, request: execution_pb2.ExecutionCreateRequest, settings: ExecuteSettings, *, run: bool
    ) -> Iterable[watch_pb2.WatchEvent]:
        """Have it created; with ``run``, give what there is to tell of it if it has ended soon."""
        try:
            if run:
                with suppress(Unsupported):  # one of Flyte's servers
                    wanted = watch_pb2.RunRequest(execution=request.SerializeToString(), patience_ms=PATIENCE_MS)
                    return self.connection.call(rpcs.RUN_EXECUTION, wanted).events
            self.connection.call(rpcs.CREATE_EXECUTION, request)
        except AlreadyExists:
            if settings.get("execution_name"):
                raise
            # Else the name was drawn here, so this is our own request, whose first answer was lost.
        return ()


def execution_spec(target: identifier_pb2.Identifier, settings: ExecutionSettings) -> execution_pb2.ExecutionSpec:
    """Say how an execution is to run."""
    options = settings.get("options") or Options()
    overwrite = settings.get("overwrite_cache")
    spec = execution_pb2.ExecutionSpec(
        launch_plan=target,
        metadata=execution_pb2.ExecutionMetadata(mode=execution_pb2.ExecutionMetadata.MANUAL, principal="flyweight"),
        labels=common_pb2.Labels(values=options.labels.values) if options.labels else None,
        annotations=common_pb2.Annotations(values=options.annotations.values) if options.annotations else None,
        max_parallelism=options.max_parallelism or 0,
        overwrite_cache=bool(options.overwrite_cache if overwrite is None else overwrite),
        tags=settings.get("tags") or (),
    )
    if options.disable_notifications:
        spec.disable_all = True
    elif options.notifications:
        spec.notifications.notifications.extend(notifications(options))
    context = security_context(options)
    if context is not None:
        spec.security_context.CopyFrom(context)
    if options.raw_output_data_config:
        spec.raw_output_data_config.output_location_prefix = options.raw_output_data_config.output_location_prefix
    interruptible = settings.get("interruptible")
    if interruptible is not None:
        spec.interruptible.CopyFrom(BoolValue(value=interruptible))
    for key, value in (settings.get("envs") or {}).items():
        spec.envs.values.append(literals_pb2.KeyValuePair(key=key, value=value))
    pool, label = settings.get("cluster_pool"), settings.get("execution_cluster_label")
    if pool:
        spec.cluster_assignment.CopyFrom(cluster_assignment_pb2.ClusterAssignment(cluster_pool_name=pool))
    if label:
        spec.execution_cluster_label.value = label
    return spec


def _relaunched(
    spec: execution_pb2.ExecutionSpec, of: identifier_pb2.WorkflowExecutionIdentifier
) -> execution_pb2.ExecutionSpec:
    """Give an execution's spec for one that begins anew, and says so, as Flyte's console asks for it."""
    again = execution_pb2.ExecutionSpec()
    again.CopyFrom(spec)
    again.metadata.mode = execution_pb2.ExecutionMetadata.RELAUNCH
    again.metadata.reference_execution.CopyFrom(of)
    again.metadata.ClearField("parent_node_execution")  # nobody waits for this one
    again.annotations.values.pop(RERUN_NODE, None)
    return again


def _name(settings: ExecutionSettings) -> str:
    """Give the execution's name: as given, drawn with the given prefix, or drawn."""
    prefix = settings.get("execution_name_prefix")
    if prefix:
        return f"{prefix}-{new_object_name()}"[:LONGEST_NAME]
    return settings.get("execution_name") or new_execution_name()


def _register_settings(settings: ExecuteSettings) -> RegisterSettings:
    chosen: dict[str, Any] = {name: settings[name] for name in RegisterSettings.__annotations__ if name in settings}
    serialization = settings.get("serialization_settings")
    if serialization is not None and not chosen.get("version"):
        chosen["version"] = serialization.version or None
    return cast("RegisterSettings", chosen)  # its keys were taken from RegisterSettings itself
