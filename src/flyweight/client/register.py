"""Brings entities to a platform: their specs and the code they need, once; what is there already is not sent again."""

import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypedDict, Unpack

from flyteidl.admin import launch_plan_pb2, task_pb2, workflow_pb2
from flyteidl.core import identifier_pb2, interface_pb2
from google.protobuf.message import Message

from flyweight.client import rpcs
from flyweight.client.code import (
    CHOSEN_BY_IMPORTS,
    NOTHING_GOES_ALONG,
    WHOLE_FOLDER,
    Code,
    code_of,
    kernel_code_of,
)
from flyweight.client.config import Config
from flyweight.client.entities import FlyteLaunchPlan, FlyteTask, FlyteWorkflow
from flyweight.client.fetch import Fetching
from flyweight.client.images import build_for, images_named, warn_of_unmatched
from flyweight.client.rpcs import Rpc
from flyweight.client.upload import Uploading
from flyweight.compile import bundle
from flyweight.compile.settings import ImageConfig, SerializationSettings
from flyweight.compile.specs import Spec, compile_entity, identifier_in
from flyweight.compile.tasks import CODE_DIGEST_TAG
from flyweight.errors import AlreadyExists, InvalidInput, NotFound, PlatformError, TooLarge
from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.entity import Entity
from flyweight.sdk.launch_plan import LaunchPlan
from flyweight.sdk.reference import ReferenceEntity
from flyweight.sdk.resources import Resources
from flyweight.sdk.workflow import Workflow

AnyEntity = Entity[Any, Any]

PARALLEL_SENDS: Final = 8
"""Tasks of one registration do not depend on each other; more senders gain nothing against one platform."""


class RegisterSettings(TypedDict, total=False):
    """How entities are registered; all may be left out."""

    version: str | None
    """The version; without one it comes from code, settings and environment."""
    project: str | None
    domain: str | None
    image_config: ImageConfig | None
    env: Mapping[str, str]
    """Environment variables of every task."""
    copy: str
    """Which code goes along: ``auto`` (modules that were imported), ``all`` (everything below the root), ``none``."""
    destination_dir: str
    default_resources: Resources | None
    """Requests of tasks that name neither requests nor limits."""
    default_limits: Resources | None
    """Likewise their limits."""
    source_path: str | Path | None
    """The root of the code, if not the folder above the outermost package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """An entity that is on the platform now."""

    id: identifier_pb2.Identifier
    interface: interface_pb2.TypedInterface
    sent: bool
    """Whether anything was sent; not, when all of it was there."""


class Registering(Fetching, Uploading):
    """Writes to the registry."""

    interactive = False
    """Whether code is taken from the running kernel instead of files."""

    def __init__(
        self, config: Config | None = None, default_project: str | None = None, default_domain: str | None = None
    ) -> None:
        super().__init__(config, default_project, default_domain)
        self._done: dict[tuple[int, str], tuple[AnyEntity, Registered]] = {}

    def register(self, entity: AnyEntity, **settings: Unpack[RegisterSettings]) -> Registered:
        """Register an entity with all it needs; a workflow with its default launch plan; activate what asks for it.

        Args:
            entity: a task, workflow or launch plan of this process.
            settings: see ``RegisterSettings``.

        Raises:
            CompileError: the workflow does not hold together.
            InvalidInput: the same version is registered with other code or settings.
            PreconditionFailed: an environment for an image that a task describes cannot be made.

        """
        if isinstance(entity, ReferenceEntity):
            raise InvalidInput(f"{entity.name} is a reference to what is registered already; there is nothing to send.")
        key = id(entity), repr(sorted(settings.items()))
        if key in self._done and not self.interactive:
            return self._done[key][1]  # an imported module's code does not change under its entities
        done = self._register(entity, settings)
        self._done[key] = entity, done  # holding the entity keeps its id from being given to another
        return done

    def register_compiled(self, entity: AnyEntity, plan: SerializationSettings) -> Registered:
        """Register an entity whose code is on the platform already; ``execute`` with that version finds it then.

        What is there under that version is used as it is, whoever registered it and how; only the rest is sent.

        Raises:
            CompileError: the workflow does not hold together.

        """
        top = self.identifier(_kind(entity), plan.project, plan.domain, entity.name, plan.version)
        known = self._known(top)
        if known is not None:
            done = Registered(id=top, interface=known, sent=False)
        else:
            specs = compile_entity(entity, plan)
            sent = self._send_all([spec for spec in specs if not self._is_there(identifier_in(spec))])
            done = Registered(id=top, interface=_interface(specs, top), sent=bool(sent))
        self._done[id(entity), repr([("version", plan.version)])] = entity, done
        return done

    def forget_registered(self) -> None:
        """Ask the platform again what it has, at the next registration of anything."""
        self._done.clear()

    def _register(self, entity: AnyEntity, settings: RegisterSettings) -> Registered:
        plan = self._settings(settings)
        source = settings.get("source_path")
        root = Path(source) if source else None
        copy = settings.get("copy", CHOSEN_BY_IMPORTS)
        code = kernel_code_of(entity, root) if self.interactive else code_of(entity, copy, root)
        digest = code.version(plan)
        version = settings.get("version") or digest
        top = self.identifier(_kind(entity), plan.project, plan.domain, entity.name, version)
        known = self._known(top)
        if known is not None and version == digest:
            return Registered(id=top, interface=known, sent=False)
        if known is not None and (registered := self._known_digest(top)):
            others = () if self.interactive or copy != CHOSEN_BY_IMPORTS else (WHOLE_FOLDER, NOTHING_GOES_ALONG)
            if registered == digest or any(_digest_of(entity, other, root, plan) == registered for other in others):
                return Registered(id=top, interface=known, sent=False)
            raise InvalidInput(
                f"{entity.name} is registered as version {version!r} with other code or settings (files, images, "
                "variables, resources); a version never changes. Give another version, or none: then it comes from the "
                f"code. To run what is registered: flyweight run --remote {_remote_word(top)} {entity.name}:{version}."
            )
        build_for(self.address, entity)
        uri = self._upload(code, plan) if code.name else ""
        plan = replace(plan, version=version, bundle_uri=uri, code_digest=digest)
        specs = compile_entity(entity, plan)
        warn_of_unmatched(self.address, images_named(entity, specs, plan))
        sent = self._send_all(specs)
        if isinstance(entity, LaunchPlan) and entity.options.auto_activate:
            self.activate_launchplan(top)
        return Registered(id=top, interface=_interface(specs, top), sent=bool(sent))

    def _upload(self, code: Code, plan: SerializationSettings) -> str:
        """Send the code's archive and give its address."""
        content = code.pack()
        return self.upload_bytes(content, code.name, plan.project, plan.domain)

    def register_task(self, entity: AnyEntity, *arguments: Any, **settings: Any) -> FlyteTask:
        """Register a task and fetch it; ``serialization_settings`` and ``version`` as in flytekit."""
        done = self.register(entity, **_flytekit_settings(("serialization_settings", "version"), arguments, settings))
        return self.fetch_task(done.id.project, done.id.domain, done.id.name, done.id.version)

    def register_workflow(self, entity: AnyEntity, *arguments: Any, **settings: Any) -> FlyteWorkflow:
        """Register a workflow and fetch it; ``serialization_settings`` and ``version`` as in flytekit."""
        done = self.register(entity, **_flytekit_settings(("serialization_settings", "version"), arguments, settings))
        return self.fetch_workflow(done.id.project, done.id.domain, done.id.name, done.id.version)

    fast_register_workflow = register_workflow
    """The same: code goes along with everything that is registered."""

    def raw_register(
        self,
        cp_entity: Spec,
        settings: SerializationSettings,
        version: str,
        create_default_launchplan: bool = True,  # noqa: FBT001, FBT002  flytekit's signature
        options: object = None,  # noqa: ARG002  flytekit's signature
        og_entity: AnyEntity | None = None,
    ) -> identifier_pb2.Identifier:
        """Register one thing that is compiled already, as it stands, under a version.

        Args:
            cp_entity: what ``get_serializable`` gives: a task's or workflow's spec, or a launch plan.
            settings: its project and domain.
            version: its version.
            create_default_launchplan: of a workflow, also its default launch plan.
            options: flytekit's; a default launch plan adds nothing here.
            og_entity: the workflow that was compiled, for its default launch plan.

        Raises:
            InvalidInput: a default launch plan is wanted, and the workflow is not given.

        """
        spec = type(cp_entity).FromString(cp_entity.SerializeToString())
        of = identifier_in(spec)
        of.project, of.domain, of.version = settings.project, settings.domain, version
        plans: list[Spec] = []
        if isinstance(spec, workflow_pb2.WorkflowSpec) and create_default_launchplan:
            if not isinstance(og_entity, Workflow):
                raise InvalidInput(f"The default launch plan of {of.name} is made from the workflow: give og_entity.")
            compiled = compile_entity(og_entity, replace(settings, version=version))
            plans = [
                one for one in compiled if isinstance(one, launch_plan_pb2.LaunchPlan) and one.id.name == og_entity.name
            ]
        self._send_all([spec, *plans])
        return of

    def fast_package(
        self,
        root: str | Path,
        deref_symlinks: bool = True,  # noqa: FBT001, FBT002  flytekit's signature
        output: str | Path | None = None,
        options: object = None,
    ) -> tuple[bytes, str]:
        """Pack the code of a folder and upload it.

        Returns:
            The MD5 of the archive, and its address.

        """
        del deref_symlinks, options  # flytekit's
        packed = bundle.pack(Path(root), bundle.CopyStyle.ALL)
        archive = Path(output or tempfile.mkdtemp(prefix="flyweight-")) / packed.name
        archive.write_bytes(packed.content)
        return self.upload_file(archive)

    def register_launch_plan(self, entity: AnyEntity, *arguments: Any, **settings: Any) -> FlyteLaunchPlan:
        """Register a launch plan with its workflow and fetch it; arguments as in flytekit."""
        done = self.register(entity, **_flytekit_settings(("version", "project", "domain"), arguments, settings))
        return self.fetch_launch_plan(done.id.project, done.id.domain, done.id.name, done.id.version)

    def register_script(self, entity: AnyEntity, *arguments: Any, **settings: Any) -> Any:
        """Register an entity with the code of its script and fetch it; a reference is given back as it is."""
        if isinstance(entity, ReferenceEntity):
            return entity
        match entity:
            case PythonTask():
                call: Callable[..., Any] = self.register_task
            case LaunchPlan():
                call = self.register_launch_plan
            case _:
                call = self.register_workflow
        names = ("image_config", "version", "project", "domain", "destination_dir")
        return call(entity, **_flytekit_settings(names, arguments, settings))

    def _settings(self, settings: RegisterSettings) -> SerializationSettings:
        return SerializationSettings(
            project=settings.get("project") or self.default_project,
            domain=settings.get("domain") or self.default_domain,
            image_config=settings.get("image_config") or ImageConfig(),
            env=settings.get("env", {}),
            destination_dir=settings.get("destination_dir", "."),
            default_resources=settings.get("default_resources"),
            default_limits=settings.get("default_limits"),
            interactive=self.interactive,
        )

    def _known(self, top: identifier_pb2.Identifier) -> interface_pb2.TypedInterface | None:
        """Ask, once, whether this very version is there; what it needs was registered before it."""
        place = (top.project, top.domain, top.name, top.version)
        try:
            match top.resource_type:
                case identifier_pb2.TASK:
                    return self.fetch_task(*place).interface
                case _:
                    # A workflow's default launch plan is the last thing of its registration.
                    return self.fetch_launch_plan(*place).interface
        except NotFound:
            return None

    def _is_there(self, of: identifier_pb2.Identifier) -> bool:
        """Tell whether the platform has this version of one thing."""
        place = (of.project, of.domain, of.name, of.version)
        try:
            match of.resource_type:
                case identifier_pb2.TASK:
                    self.fetch_task(*place)
                case identifier_pb2.WORKFLOW:
                    self.fetch_workflow(*place)
                case _:
                    self.fetch_launch_plan(*place)
        except NotFound:
            return False
        return True

    def _known_digest(self, top: identifier_pb2.Identifier) -> str:
        """Read the digest that a registered entity's tasks carry; nothing if they carry none."""
        place = (top.project, top.domain, top.name, top.version)
        match top.resource_type:
            case identifier_pb2.TASK:
                tasks = [self.fetch_task(*place).message.closure.compiled_task.template]
            case identifier_pb2.WORKFLOW:
                closure = self.fetch_workflow(*place).message.closure
                tasks = [one.template for one in closure.compiled_workflow.tasks]
            case _:
                return self._known_digest(self.fetch_launch_plan(*place).workflow_id)
        found = (task.metadata.tags.get(CODE_DIGEST_TAG, "") for task in tasks)
        return next(filter(None, found), "")

    def _send_all(self, specs: list[Spec]) -> int:
        """Send specs, tasks side by side and then the rest in order; give how many were new."""
        tasks = [spec for spec in specs if isinstance(spec, task_pb2.TaskSpec)]
        rest = [spec for spec in specs if not isinstance(spec, task_pb2.TaskSpec)]
        with ThreadPoolExecutor(min(PARALLEL_SENDS, len(tasks) or 1), "flyweight-register") as senders:
            sent = sum(senders.map(self._send, tasks))
        return sent + sum(self._send(spec) for spec in rest)

    def _send(self, spec: Spec) -> bool:
        of = identifier_in(spec)
        match spec:
            case task_pb2.TaskSpec():
                return self._create(rpcs.CREATE_TASK, task_pb2.TaskCreateRequest(id=of, spec=spec))
            case workflow_pb2.WorkflowSpec():
                return self._create(rpcs.CREATE_WORKFLOW, workflow_pb2.WorkflowCreateRequest(id=of, spec=spec))
            case launch_plan_pb2.LaunchPlan():
                request = launch_plan_pb2.LaunchPlanCreateRequest(id=of, spec=spec.spec)
                return self._create(rpcs.CREATE_LAUNCH_PLAN, request)

    def _create(self, rpc: Rpc[Any, Any], request: Message) -> bool:
        try:
            self.connection.call(rpc, request)
        except AlreadyExists:
            return False
        return True


def _digest_of(entity: AnyEntity, copy: str, root: Path | None, plan: SerializationSettings) -> str:
    """Give the version of an entity's code, had it been chosen so; nothing if it cannot be."""
    try:
        return code_of(entity, copy, root).version(plan)
    except (InvalidInput, TooLarge):
        return ""


def _remote_word(top: identifier_pb2.Identifier) -> str:
    """Give the word that ``flyweight run`` knows a kind of registered entity by."""
    match top.resource_type:
        case identifier_pb2.TASK:
            return "remote-task"
        case identifier_pb2.WORKFLOW:
            return "remote-workflow"
        case _:
            return "remote-launchplan"


def _kind(entity: AnyEntity) -> identifier_pb2.ResourceType:
    match entity:
        case PythonTask():
            return identifier_pb2.TASK
        case Workflow():
            return identifier_pb2.WORKFLOW
        case LaunchPlan():
            return identifier_pb2.LAUNCH_PLAN
        case _:
            raise InvalidInput(f"{entity!r} cannot be registered: it is no task, workflow or launch plan.")


def _interface(specs: list[Spec], top: identifier_pb2.Identifier) -> interface_pb2.TypedInterface:
    """Find an entity's interface among the specs that were sent."""
    workflow = next((spec for spec in reversed(specs) if isinstance(spec, workflow_pb2.WorkflowSpec)), None)
    for spec in specs:
        if isinstance(spec, task_pb2.TaskSpec) and spec.template.id == top:
            return spec.template.interface
        if isinstance(spec, launch_plan_pb2.LaunchPlan) and workflow is not None and spec.id.name == top.name:
            parameters = spec.spec.default_inputs.parameters
            inputs = interface_pb2.VariableMap(variables={name: one.var for name, one in parameters.items()})
            return interface_pb2.TypedInterface(inputs=inputs, outputs=workflow.template.interface.outputs)
    raise PlatformError(f"{top.name} is not among what was compiled for it.")


def _flytekit_settings(names: tuple[str, ...], arguments: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
    """Read flytekit's positional arguments and its settings object; what has no meaning here is left out."""
    given = {**dict(zip(names, arguments, strict=False)), **named}
    serialization = given.pop("serialization_settings", None)
    settings: dict[str, Any] = {}
    if isinstance(serialization, SerializationSettings):
        settings = {
            "project": serialization.project,
            "domain": serialization.domain,
            "version": serialization.version,
            "image_config": serialization.image_config,
            "env": serialization.env,
            "default_resources": serialization.default_resources,
            "default_limits": serialization.default_limits,
        }
    if given.pop("copy_all", False):
        settings["copy"] = "all"
    if "envs" in given:
        settings["env"] = given.pop("envs") or {}
    settings.update({name: value for name, value in given.items() if value is not None})
    return {name: value for name, value in settings.items() if name in RegisterSettings.__annotations__}
