"""``LaunchPlan``: a workflow with inputs set: defaults that a caller may change and fixed inputs that stay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypedDict, Unpack

from flyteidl.core import types_pb2
from google.protobuf import any_pb2

from flyweight.errors import InvalidInput, TypeMismatch
from flyweight.sdk.entity import Entity
from flyweight.sdk.interface import Interface
from flyweight.sdk.kinds import LIST, Kinds, require_kinds
from flyweight.sdk.option_checks import require_known
from flyweight.sdk.run_options import Annotations, Labels, Options, RawOutputDataConfig
from flyweight.sdk.security import Identity, SecurityContext
from flyweight.sdk.wire import OnTheWire, message_of
from flyweight.sdk.workflow import Workflow
from flyweight.types.mismatch import unknown_name, within
from flyweight.types.registry import default_registry

if TYPE_CHECKING:
    from flyteidl.admin import launch_plan_pb2, schedule_pb2


_SCHEDULE: Final = "flyteidl.admin.Schedule"
_KINDS: Final[Kinds] = {
    "labels": (Labels,),
    "annotations": (Annotations,),
    "raw_output_data_config": (RawOutputDataConfig,),
    "security_context": (OnTheWire,),
    "notifications": LIST,
    "max_parallelism": (int,),
    "overwrite_cache": (bool,),
    "auto_activate": (bool,),
}


class LaunchPlanSettings(TypedDict, total=False):
    """The options of ``LaunchPlan.create`` beside inputs, named as in flytekit."""

    schedule: OnTheWire | None
    """A ``CronSchedule`` or ``FixedRate``."""
    notifications: Sequence[OnTheWire] | None
    """Of ``Email``, ``Slack`` and ``PagerDuty``."""
    labels: Labels | None
    """What its executions can be found by."""
    annotations: Annotations | None
    """What travels with its executions."""
    raw_output_data_config: RawOutputDataConfig | None
    """Where their files and dataframes are written."""
    max_parallelism: int | None
    """Nodes that may run at once; 0 is no limit."""
    security_context: OnTheWire | None
    """A ``SecurityContext``."""
    auth_role: object
    """The older form: an ``AuthRole``."""
    trigger: object
    """``OnSchedule(schedule)``, which is the same as ``schedule``; or another condition that a platform knows."""
    overwrite_cache: bool | None
    """Compute anew what is cached, and keep the new outputs."""
    auto_activate: bool
    """Make it the active version of its name when it is registered: only that one's schedule fires."""
    concurrency: OnTheWire | None
    """A ``ConcurrencyPolicy``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchPlanOptions:
    """What a launch plan adds to its workflow."""

    default_inputs: Mapping[str, object] = field(default_factory=dict)
    fixed_inputs: Mapping[str, object] = field(default_factory=dict)
    run: Options = field(default_factory=Options)
    schedule: "schedule_pb2.Schedule | None" = None
    condition: any_pb2.Any | None = None
    """What starts it in place of a schedule."""
    auto_activate: bool = False
    concurrency: "launch_plan_pb2.ConcurrencyPolicy | None" = None


class LaunchPlan(Entity[..., Any]):
    """A named way to start a workflow. A workflow's default launch plan bears the workflow's own name.

    Args:
        name: what it is registered under.
        workflow: what it starts.
        options: inputs and settings, as ``LaunchPlan.create`` takes them one by one.

    Raises:
        InvalidInput: an input is not the workflow's, or is given twice.
        TypeMismatch: the value of an input does not fit its type.

    """

    CACHE: ClassVar[dict[str, "LaunchPlan"]] = {}
    """Launch plans by name, so that ``get_or_create`` gives one object for one name."""

    def __init__(self, name: str, workflow: Workflow[..., Any], options: LaunchPlanOptions) -> None:
        require_kinds("A launch plan", {"name": name, "workflow": workflow}, {"name": (str,), "workflow": (Workflow,)})
        known = workflow.interface.inputs
        for key in (*options.default_inputs, *options.fixed_inputs):
            if key not in known:
                raise InvalidInput(f"Launch plan {name} of {workflow.name}: {unknown_name(key, known)}.")
        for key in options.default_inputs:
            if key in options.fixed_inputs:
                raise InvalidInput(
                    f"Launch plan {name}: `{key}` is given as a default and as a fixed input. Choose one."
                )
        for given in (options.default_inputs, options.fixed_inputs):
            _require_fitting(name, given, known)
        _require_kickoff_input(name, workflow, options)
        self._name = name
        self.workflow = workflow
        self.options = options

    @property
    def name(self) -> str:
        """The name it was given."""
        return self._name

    @property
    def short_name(self) -> str:
        """The workflow's function's name, as nodes show it."""
        return self.workflow.short_name

    @property
    def interface(self) -> Interface:
        """The workflow's interface without fixed inputs, with this plan's defaults."""
        own = self.workflow.interface
        fixed = self.options.fixed_inputs
        defaults = {**own.defaults, **self.options.default_inputs}
        return Interface(
            inputs={name: python_type for name, python_type in own.inputs.items() if name not in fixed},
            outputs=own.outputs,
            defaults={name: value for name, value in defaults.items() if name not in fixed},
            output_class=own.output_class,
            docstring=own.docstring,
        )

    @classmethod
    def create(
        cls,
        name: str,
        workflow: Workflow[..., Any],
        default_inputs: Mapping[str, object] | None = None,
        fixed_inputs: Mapping[str, object] | None = None,
        **settings: Unpack[LaunchPlanSettings],
    ) -> "LaunchPlan":
        """Make a launch plan; its name must be new in this process.

        Args:
            name: what it is registered and started by.
            workflow: what it starts.
            default_inputs: values by name that a caller may change.
            fixed_inputs: values by name that stay.
            settings: see ``LaunchPlanSettings``.

        Raises:
            InvalidInput: the name is taken, an input is not the workflow's, or a setting is of the wrong kind.
            TypeMismatch: the value of an input does not fit its type.

        """
        if name in cls.CACHE:
            raise InvalidInput(f"There is a launch plan {name} already. Choose another name, or use get_or_create.")
        plan = cls(name, workflow, _options(workflow, default_inputs, fixed_inputs, settings))
        cls.CACHE[name] = plan
        return plan

    @classmethod
    def get_or_create(
        cls,
        workflow: Workflow[..., Any],
        name: str | None = None,
        default_inputs: Mapping[str, object] | None = None,
        fixed_inputs: Mapping[str, object] | None = None,
        **settings: Unpack[LaunchPlanSettings],
    ) -> "LaunchPlan":
        """Give the launch plan of that name, made on first use; without a name, the workflow's default one.

        Raises:
            InvalidInput: settings without a name, or others than the plan of that name was made with: says which.

        """
        if name is None:
            if any(value is not None for value in (default_inputs, fixed_inputs, *settings.values())):
                raise InvalidInput(
                    "Only a launch plan with a name can have inputs or settings of its own. Give it a name."
                )
            return cls.get_default_launch_plan(workflow)
        known = cls.CACHE.get(name)
        if known is None:
            return cls.create(name, workflow, default_inputs, fixed_inputs, **settings)
        others = _others(known, workflow, _options(workflow, default_inputs, fixed_inputs, settings))
        if others:
            raise InvalidInput(f"There is a launch plan {name} already, with another {others}. Choose another name.")
        return known

    @classmethod
    def get_default_launch_plan(cls, *arguments: object) -> "LaunchPlan":
        """Give the plan that adds nothing and bears the workflow's name (flytekit's context argument ignored).

        Raises:
            InvalidInput: it is no workflow.

        """
        workflow = arguments[-1]
        if not isinstance(workflow, Workflow):
            raise InvalidInput(f"A default launch plan belongs to a workflow; {workflow!r} is none.")
        known = cls.CACHE.get(workflow.name)
        if known is None or known.workflow is not workflow:
            known = cls.CACHE[workflow.name] = cls(workflow.name, workflow, _options(workflow, None, None, {}))
        return known


def _options(
    workflow: Workflow[..., Any],
    default_inputs: Mapping[str, object] | None,
    fixed_inputs: Mapping[str, object] | None,
    settings: LaunchPlanSettings,
) -> LaunchPlanOptions:
    require_kinds("LaunchPlan", {"workflow": workflow}, {"workflow": (Workflow,)})
    inputs = {"default_inputs": default_inputs, "fixed_inputs": fixed_inputs}
    require_kinds("LaunchPlan", inputs, {"default_inputs": (dict,), "fixed_inputs": (dict,)})
    require_known("LaunchPlan", settings, LaunchPlanSettings, _KINDS)
    for notification in settings.get("notifications") or ():
        message_of("`notifications`", notification, "flyteidl.admin.Notification")
    base = workflow.options.default_options
    schedule, condition = _started_by(settings)
    concurrency = settings.get("concurrency")
    return LaunchPlanOptions(
        default_inputs=default_inputs or {},
        fixed_inputs=fixed_inputs or {},
        run=Options(
            labels=settings.get("labels") or base.labels,
            annotations=settings.get("annotations") or base.annotations,
            raw_output_data_config=settings.get("raw_output_data_config") or base.raw_output_data_config,
            security_context=_security(settings) or base.security_context,
            max_parallelism=settings.get("max_parallelism", base.max_parallelism),
            notifications=settings.get("notifications") or base.notifications,
            overwrite_cache=settings.get("overwrite_cache", base.overwrite_cache),
        ),
        schedule=schedule,
        condition=condition,
        auto_activate=settings.get("auto_activate", False),
        concurrency=message_of("`concurrency`", concurrency, "flyteidl.admin.ConcurrencyPolicy")
        if concurrency is not None
        else None,
    )


def _started_by(settings: LaunchPlanSettings) -> "tuple[schedule_pb2.Schedule | None, any_pb2.Any | None]":
    schedule, trigger = settings.get("schedule"), settings.get("trigger")
    if schedule is not None and trigger is not None:
        raise InvalidInput("`schedule` and `trigger` both say what starts the launch plan: give one.")
    if schedule is not None:
        return message_of("`schedule`", schedule, _SCHEDULE), None
    if trigger is None:
        return None, None
    message = trigger.to_flyte_idl() if isinstance(trigger, OnTheWire) else None
    if message is None or message.DESCRIPTOR.full_name == _SCHEDULE:
        return message_of("`trigger`", trigger, _SCHEDULE), None
    condition = any_pb2.Any()
    condition.Pack(message)
    return None, condition


def _security(settings: LaunchPlanSettings) -> OnTheWire | None:
    context, role = settings.get("security_context"), settings.get("auth_role")
    if role is None:
        return context
    if context is not None:
        raise InvalidInput("`auth_role` is the older form of `security_context`: give one of them.")
    auth = message_of("`auth_role`", role, "flyteidl.admin.Auth")
    identity = Identity(iam_role=auth.assumable_iam_role, k8s_service_account=auth.kubernetes_service_account)
    return SecurityContext(run_as=identity)


def _require_fitting(name: str, given: Mapping[str, object], types: Mapping[str, Any]) -> None:
    """Refuse values of the wrong type, except where to look at one would store it: a file's comes out later."""
    registry = default_registry()
    for key, value in given.items():
        if not _stored(registry.literal_type(types[key])):
            try:
                registry.to_literal(value, types[key])
            except TypeMismatch as error:
                raise within(f"Launch plan {name}, input {key}", error) from error


def _stored(kind: types_pb2.LiteralType) -> bool:
    """Tell whether a value of the type, or a part of it, stands in a store."""
    match kind.WhichOneof("type"):
        case "blob" | "structured_dataset_type" | "schema":
            return True
        case "collection_type":
            return _stored(kind.collection_type)
        case "map_value_type":
            return _stored(kind.map_value_type)
        case "union_type":
            return any(_stored(variant) for variant in kind.union_type.variants)
        case _:
            return any(_stored(part) for part in kind.structure.dataclass_type.values())


def _require_kickoff_input(name: str, workflow: Workflow[..., Any], options: LaunchPlanOptions) -> None:
    """Refuse a schedule whose time goes into an input that is not there, or that another value fills."""
    given = options.schedule.kickoff_time_input_arg if options.schedule else ""
    if not given:
        return
    where = f"Launch plan {name}: `kickoff_time_input_arg`"
    if given not in workflow.interface.inputs:
        raise InvalidInput(f"{where}: {unknown_name(given, workflow.interface.inputs)}.")
    if given in options.fixed_inputs:
        raise InvalidInput(f"{where}: `{given}` is a fixed input, so the schedule cannot fill it.")


def _others(known: LaunchPlan, workflow: Workflow[..., Any], options: LaunchPlanOptions) -> str:
    """Name what a plan differs in from what is asked for now; nothing when it is the same."""
    if known.workflow is not workflow:
        return f"workflow ({known.workflow.name})"
    for ours, theirs in ((known.options.run, options.run), (known.options, options)):
        for one in fields(ours):
            if getattr(ours, one.name) != getattr(theirs, one.name):
                return one.name
    return ""
