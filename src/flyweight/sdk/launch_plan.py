"""``LaunchPlan``: a workflow with inputs set: defaults that a caller may change and fixed inputs that stay."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypedDict, Unpack

from flyweight.errors import InvalidInput
from flyweight.sdk.entity import Entity
from flyweight.sdk.interface import Interface
from flyweight.sdk.run_options import Annotations, Labels, Options, RawOutputDataConfig
from flyweight.sdk.workflow import Workflow
from flyweight.types.mismatch import unknown_name


class LaunchPlanSettings(TypedDict, total=False):
    """The options of ``LaunchPlan.create``, named as in flytekit."""

    default_inputs: Mapping[str, object] | None
    fixed_inputs: Mapping[str, object] | None
    schedule: object
    notifications: object
    labels: Labels | None
    annotations: Annotations | None
    raw_output_data_config: RawOutputDataConfig | None
    max_parallelism: int | None
    overwrite_cache: bool | None
    auto_activate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchPlanOptions:
    """What a launch plan adds to its workflow."""

    default_inputs: Mapping[str, object] = field(default_factory=dict)
    fixed_inputs: Mapping[str, object] = field(default_factory=dict)
    run: Options = field(default_factory=Options)
    schedule: object = None
    auto_activate: bool = False


class LaunchPlan(Entity[..., Any]):
    """A named way to start a workflow. A workflow's default launch plan bears the workflow's own name.

    Args:
        name: what it is registered under.
        workflow: what it starts.
        options: inputs and settings, as ``LaunchPlan.create`` takes them one by one.

    """

    CACHE: ClassVar[dict[str, "LaunchPlan"]] = {}
    """Launch plans by name, so that ``get_or_create`` gives one object for one name."""

    def __init__(self, name: str, workflow: Workflow[..., Any], options: LaunchPlanOptions) -> None:
        known = workflow.interface.inputs
        for key in (*options.default_inputs, *options.fixed_inputs):
            if key not in known:
                raise InvalidInput(f"Launch plan {name} of {workflow.name}: {unknown_name(key, known)}.")
        for key in options.default_inputs:
            if key in options.fixed_inputs:
                raise InvalidInput(
                    f"Launch plan {name}: `{key}` is given as a default and as a fixed input. Choose one."
                )
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
    def create(cls, name: str, workflow: Workflow[..., Any], **settings: Unpack[LaunchPlanSettings]) -> "LaunchPlan":
        """Make a launch plan; its name must be new in this process.

        Raises:
            InvalidInput: the name is taken, or an input is not the workflow's.

        """
        if name in cls.CACHE:
            raise InvalidInput(f"There is a launch plan {name} already. Choose another name, or use get_or_create.")
        plan = cls(name, workflow, _options(workflow, settings))
        cls.CACHE[name] = plan
        return plan

    @classmethod
    def get_or_create(
        cls, workflow: Workflow[..., Any], name: str | None = None, **settings: Unpack[LaunchPlanSettings]
    ) -> "LaunchPlan":
        """Give the launch plan of that name, made on first use; without a name, the workflow's default one.

        Raises:
            InvalidInput: settings without a name, or other settings than the plan of that name was made with.

        """
        if name is None:
            if any(value is not None for value in settings.values()):
                raise InvalidInput(
                    "Only a launch plan with a name can have inputs or settings of its own. Give it a name."
                )
            return cls.get_default_launch_plan(workflow)
        known = cls.CACHE.get(name)
        if known is None:
            return cls.create(name, workflow, **settings)
        if known.workflow is not workflow or known.options != _options(workflow, settings):
            raise InvalidInput(f"There is a launch plan {name} already, with other settings. Choose another name.")
        return known

    @classmethod
    def get_default_launch_plan(cls, *arguments: object) -> "LaunchPlan":
        """Give the plan that adds nothing and bears the workflow's name (flytekit's context argument ignored)."""
        workflow = arguments[-1]
        if not isinstance(workflow, Workflow):
            raise InvalidInput(f"A default launch plan belongs to a workflow; {workflow!r} is none.")
        known = cls.CACHE.get(workflow.name)
        if known is None or known.workflow is not workflow:
            known = cls.CACHE[workflow.name] = cls(workflow.name, workflow, _options(workflow, {}))
        return known


def _options(workflow: Workflow[..., Any], settings: LaunchPlanSettings) -> LaunchPlanOptions:
    base = workflow.options.default_options
    return LaunchPlanOptions(
        default_inputs=settings.get("default_inputs") or {},
        fixed_inputs=settings.get("fixed_inputs") or {},
        run=Options(
            labels=settings.get("labels") or base.labels,
            annotations=settings.get("annotations") or base.annotations,
            raw_output_data_config=settings.get("raw_output_data_config") or base.raw_output_data_config,
            max_parallelism=settings.get("max_parallelism", base.max_parallelism),
            notifications=base.notifications,
            overwrite_cache=settings.get("overwrite_cache", base.overwrite_cache),
        ),
        schedule=settings.get("schedule"),
        auto_activate=settings.get("auto_activate", False),
    )
