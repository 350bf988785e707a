"""Flyweight: all of Flyte in one install. Public names resolve on first use: ``import flyweight`` stays light."""

from importlib import import_module
from typing import TYPE_CHECKING

from flyweight.sdk import context as _context

if TYPE_CHECKING:
    __version__: str

    from flyweight.client.config import Config as Config
    from flyweight.client.remote import FlyteRemote as FlyteRemote
    from flyweight.sdk.accelerators import GPUAccelerator as GPUAccelerator
    from flyweight.sdk.auth_role import AuthRole as AuthRole
    from flyweight.sdk.auto_container import PythonAutoContainerTask as PythonAutoContainerTask
    from flyweight.sdk.auto_container import PythonInstanceTask as PythonInstanceTask
    from flyweight.sdk.base_task import IgnoreOutputs as IgnoreOutputs
    from flyweight.sdk.base_task import PythonTask as PythonTask
    from flyweight.sdk.cache import Cache as Cache
    from flyweight.sdk.cache import CacheFunctionBody as CacheFunctionBody
    from flyweight.sdk.cache import CachePolicy as CachePolicy
    from flyweight.sdk.cache import VersionParameters as VersionParameters
    from flyweight.sdk.checkpoint import Checkpoint as Checkpoint
    from flyweight.sdk.compilation import create_node as create_node
    from flyweight.sdk.concurrency import ConcurrencyLimitBehavior as ConcurrencyLimitBehavior
    from flyweight.sdk.concurrency import ConcurrencyPolicy as ConcurrencyPolicy
    from flyweight.sdk.conditional import conditional as conditional
    from flyweight.sdk.container_task import ContainerTask as ContainerTask
    from flyweight.sdk.deck import Deck as Deck
    from flyweight.sdk.deck import DeckField as DeckField
    from flyweight.sdk.documentation import Description as Description
    from flyweight.sdk.documentation import Documentation as Documentation
    from flyweight.sdk.documentation import SourceCode as SourceCode
    from flyweight.sdk.dynamic import dynamic as dynamic
    from flyweight.sdk.eager import eager as eager
    from flyweight.sdk.environment import Environment as Environment
    from flyweight.sdk.exceptions import FlyteRecoverableException as FlyteRecoverableException
    from flyweight.sdk.execution import ExecutionParameters as ExecutionParameters
    from flyweight.sdk.execution import current_context as current_context
    from flyweight.sdk.gate import approve as approve
    from flyweight.sdk.gate import signals as signals
    from flyweight.sdk.gate import sleep as sleep
    from flyweight.sdk.gate import wait_for_input as wait_for_input
    from flyweight.sdk.image import ImageSpec as ImageSpec
    from flyweight.sdk.imperative import Workflow as Workflow
    from flyweight.sdk.interface import Interface as Interface
    from flyweight.sdk.interface import kwtypes as kwtypes
    from flyweight.sdk.launch_plan import LaunchPlan as LaunchPlan
    from flyweight.sdk.map_task import map_task as map_task
    from flyweight.sdk.notification import Email as Email
    from flyweight.sdk.notification import PagerDuty as PagerDuty
    from flyweight.sdk.notification import Slack as Slack
    from flyweight.sdk.pod_template import PodTemplate as PodTemplate
    from flyweight.sdk.reference import ReferenceEntity as ReferenceEntity
    from flyweight.sdk.reference import ReferenceLaunchPlan as ReferenceLaunchPlan
    from flyweight.sdk.reference import ReferenceTask as ReferenceTask
    from flyweight.sdk.reference import ReferenceWorkflow as ReferenceWorkflow
    from flyweight.sdk.reference import reference_launch_plan as reference_launch_plan
    from flyweight.sdk.reference import reference_task as reference_task
    from flyweight.sdk.reference import reference_workflow as reference_workflow
    from flyweight.sdk.renderers import MarkdownRenderer as MarkdownRenderer
    from flyweight.sdk.renderers import SourceCodeRenderer as SourceCodeRenderer
    from flyweight.sdk.renderers import TopFrameRenderer as TopFrameRenderer
    from flyweight.sdk.resolvers import ClassStorageTaskResolver as ClassStorageTaskResolver
    from flyweight.sdk.resolvers import TaskResolverMixin as TaskResolverMixin
    from flyweight.sdk.resources import Accelerator as Accelerator
    from flyweight.sdk.resources import Resources as Resources
    from flyweight.sdk.run_options import Annotations as Annotations
    from flyweight.sdk.run_options import Labels as Labels
    from flyweight.sdk.run_options import Options as Options
    from flyweight.sdk.run_options import RawOutputDataConfig as RawOutputDataConfig
    from flyweight.sdk.schedule import CronSchedule as CronSchedule
    from flyweight.sdk.schedule import FixedRate as FixedRate
    from flyweight.sdk.schedule import OnSchedule as OnSchedule
    from flyweight.sdk.secret import Secret as Secret
    from flyweight.sdk.secret import Secrets as Secrets
    from flyweight.sdk.security import SecurityContext as SecurityContext
    from flyweight.sdk.shell_task import OutputLocation as OutputLocation
    from flyweight.sdk.shell_task import ShellTask as ShellTask
    from flyweight.sdk.sql_task import SQLTask as SQLTask
    from flyweight.sdk.task import PythonFunctionTask as PythonFunctionTask
    from flyweight.sdk.task import Task as Task
    from flyweight.sdk.task import TaskPlugins as TaskPlugins
    from flyweight.sdk.task import task as task
    from flyweight.sdk.task_metadata import TaskMetadata as TaskMetadata
    from flyweight.sdk.workflow import FunctionWorkflow as FunctionWorkflow
    from flyweight.sdk.workflow import WorkflowFailurePolicy as WorkflowFailurePolicy
    from flyweight.sdk.workflow import workflow as workflow
    from flyweight.types.directory import FlyteDirectory as FlyteDirectory
    from flyweight.types.file import FlyteFile as FlyteFile
    from flyweight.types.flyte_error import FlyteError as FlyteError
    from flyweight.types.hashing import HashMethod as HashMethod
    from flyweight.types.markers import BatchSize as BatchSize
    from flyweight.types.markers import FlyteAnnotation as FlyteAnnotation
    from flyweight.types.structured import StructuredDataset as StructuredDataset

_HOMES = {
    "client.config": ("Config",),
    "client.remote": ("FlyteRemote",),
    "sdk.accelerators": ("GPUAccelerator",),
    "sdk.auth_role": ("AuthRole",),
    "sdk.auto_container": ("PythonAutoContainerTask", "PythonInstanceTask"),
    "sdk.base_task": ("IgnoreOutputs", "PythonTask"),
    "sdk.cache": ("Cache", "CacheFunctionBody", "CachePolicy", "VersionParameters"),
    "sdk.checkpoint": ("Checkpoint",),
    "sdk.compilation": ("create_node",),
    "sdk.concurrency": ("ConcurrencyLimitBehavior", "ConcurrencyPolicy"),
    "sdk.conditional": ("conditional",),
    "sdk.container_task": ("ContainerTask",),
    "sdk.deck": ("Deck", "DeckField"),
    "sdk.documentation": ("Description", "Documentation", "SourceCode"),
    "sdk.dynamic": ("dynamic",),
    "sdk.eager": ("eager",),
    "sdk.environment": ("Environment",),
    "sdk.exceptions": ("FlyteRecoverableException",),
    "sdk.execution": ("ExecutionParameters", "current_context"),
    "sdk.gate": ("approve", "signals", "sleep", "wait_for_input"),
    "sdk.image": ("ImageSpec",),
    "sdk.imperative": ("Workflow",),
    "sdk.interface": ("Interface", "kwtypes"),
    "sdk.launch_plan": ("LaunchPlan",),
    "sdk.map_task": ("map_task",),
    "sdk.notification": ("Email", "PagerDuty", "Slack"),
    "sdk.pod_template": ("PodTemplate",),
    "sdk.reference": (
        "ReferenceEntity",
        "ReferenceLaunchPlan",
        "ReferenceTask",
        "ReferenceWorkflow",
        "reference_launch_plan",
        "reference_task",
        "reference_workflow",
    ),
    "sdk.renderers": ("MarkdownRenderer", "SourceCodeRenderer", "TopFrameRenderer"),
    "sdk.resolvers": ("ClassStorageTaskResolver", "TaskResolverMixin"),
    "sdk.resources": ("Accelerator", "Resources"),
    "sdk.run_options": ("Annotations", "Labels", "Options", "RawOutputDataConfig"),
    "sdk.schedule": ("CronSchedule", "FixedRate", "OnSchedule"),
    "sdk.secret": ("Secret", "Secrets"),
    "sdk.security": ("SecurityContext",),
    "sdk.shell_task": ("OutputLocation", "ShellTask"),
    "sdk.sql_task": ("SQLTask",),
    "sdk.task": ("PythonFunctionTask", "Task", "TaskPlugins", "task"),
    "sdk.task_metadata": ("TaskMetadata",),
    "sdk.workflow": ("FunctionWorkflow", "WorkflowFailurePolicy", "workflow"),
    "types.directory": ("FlyteDirectory",),
    "types.file": ("FlyteFile",),
    "types.flyte_error": ("FlyteError",),
    "types.hashing": ("HashMethod",),
    "types.markers": ("BatchSize", "FlyteAnnotation"),
    "types.structured": ("StructuredDataset",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Accelerator",
    "Annotations",
    "AuthRole",
    "BatchSize",
    "Cache",
    "CacheFunctionBody",
    "CachePolicy",
    "Checkpoint",
    "ClassStorageTaskResolver",
    "ConcurrencyLimitBehavior",
    "ConcurrencyPolicy",
    "Config",
    "ContainerTask",
    "CronSchedule",
    "Deck",
    "DeckField",
    "Description",
    "Documentation",
    "Email",
    "Environment",
    "ExecutionParameters",
    "FixedRate",
    "FlyteAnnotation",
    "FlyteDirectory",
    "FlyteError",
    "FlyteFile",
    "FlyteRecoverableException",
    "FlyteRemote",
    "FunctionWorkflow",
    "GPUAccelerator",
    "HashMethod",
    "IgnoreOutputs",
    "ImageSpec",
    "Interface",
    "Labels",
    "LaunchPlan",
    "MarkdownRenderer",
    "OnSchedule",
    "Options",
    "OutputLocation",
    "PagerDuty",
    "PodTemplate",
    "PythonAutoContainerTask",
    "PythonFunctionTask",
    "PythonInstanceTask",
    "PythonTask",
    "RawOutputDataConfig",
    "ReferenceEntity",
    "ReferenceLaunchPlan",
    "ReferenceTask",
    "ReferenceWorkflow",
    "Resources",
    "SQLTask",
    "Secret",
    "Secrets",
    "SecurityContext",
    "ShellTask",
    "Slack",
    "SourceCode",
    "SourceCodeRenderer",
    "StructuredDataset",
    "Task",
    "TaskMetadata",
    "TaskPlugins",
    "TaskResolverMixin",
    "TopFrameRenderer",
    "VersionParameters",
    "Workflow",
    "WorkflowFailurePolicy",
    "approve",
    "conditional",
    "create_node",
    "current_context",
    "dynamic",
    "eager",
    "kwtypes",
    "map_task",
    "reference_launch_plan",
    "reference_task",
    "reference_workflow",
    "signals",
    "sleep",
    "task",
    "wait_for_input",
    "workflow",
]


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None and name != "__version__":
        raise AttributeError(f"flyweight has no `{name}`.")
    value: object = getattr(import_module(f"flyweight.{home}"), name) if home else _version()
    globals()[name] = value
    return value


def _version() -> str:
    """Read the version where it stands, in the installed package's metadata."""
    found: str = import_module("importlib.metadata").version("flyweight")
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})


def _local_caller() -> _context.Caller:
    caller: _context.Caller = import_module("flyweight.runtime.local").LocalCaller()
    return caller


def _launcher(run: _context.EagerRun) -> _context.Launcher:
    made: _context.Launcher = import_module("flyweight.client.eager").EagerLauncher(run)
    return made


_context.wire(_local_caller)
_context.wire_launcher(_launcher)
