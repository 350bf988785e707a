"""The table of the drop-in: for each module of the ``flytekit`` name, its names and where ours live.

A plain name stands in the row's home, which is ``flyweight`` itself if none is given; ``name=module:attribute`` says
another place. The top module has every public name of ``flyweight`` besides. A test resolves every row, so that the
table promises nothing that is not there.
"""

from collections.abc import Mapping
from typing import Final

from flyweight.sdk.drop_in_models import MODELS
from flyweight.sdk.drop_in_types import TYPES, places

ROOT: Final = "flytekit"
_CLIENT = "flyweight.client"
_COMPAT = "flyweight.compat"
_SDK = "flyweight.sdk"

_CONFIGURATION = (
    "AuthType AzureBlobStorageConfig DataConfig EntrypointSettings FastSerializationSettings GCSConfig "
    "GenericPersistenceConfig Image ImageConfig LocalConfig S3Config SecretsConfig SerializationSettings StatsConfig "
    f"Config={_CLIENT}.config:Config PlatformConfig={_CLIENT}.config:PlatformConfig"
)
_CONTEXT = (
    "CompilationState ExecutionState FlyteContext FlyteContextManager "
    f"ExecutionParameters=flyweight:ExecutionParameters SecretsManager={_SDK}.secret:Secrets"
)
_EXCEPTIONS = f"{_SDK}.exceptions"
_SHIMS = f"{_COMPAT}.shim_tasks"
_ENTITIES = "FlyteLaunchPlan FlyteTask FlyteWorkflow"

_ROWS: Final[Mapping[str, Mapping[str, str]]] = {
    "flytekit": places(
        f"FlyteContext={_COMPAT}.context:FlyteContext FlyteContextManager={_COMPAT}.context:FlyteContextManager "
        f"new_context={_COMPAT}.context:new_context load_implicit_plugins={_COMPAT}.plugins:load_implicit_plugins "
        f"logger={_COMPAT}.loggers:logger lazy_module={_COMPAT}.lazy:lazy_module"
    ),
    "flytekit.configuration": places(_CONFIGURATION, f"{_COMPAT}.configuration"),
    "flytekit.configuration.default_images": places("DefaultImages PythonVersion", f"{_COMPAT}.default_images"),
    "flytekit.core": {},
    "flytekit.core.array_node_map_task": places("map_task"),
    "flytekit.core.base_task": places("IgnoreOutputs PythonTask TaskMetadata TaskResolverMixin kwtypes"),
    "flytekit.core.cache": places("Cache CachePolicy VersionParameters"),
    "flytekit.core.class_based_resolver": places("ClassStorageTaskResolver"),
    "flytekit.core.checkpointer": places("Checkpoint"),
    "flytekit.core.condition": places("conditional"),
    "flytekit.core.container_task": places("ContainerTask"),
    "flytekit.core.base_sql_task": places("SQLTask"),
    "flytekit.core.context_manager": places(_CONTEXT, f"{_COMPAT}.context"),
    "flytekit.core.data_persistence": places("FileAccessProvider", f"{_COMPAT}.context"),
    "flytekit.core.dynamic_workflow_task": places("dynamic"),
    "flytekit.core.environment": places("Environment"),
    "flytekit.core.gate": places("approve sleep wait_for_input"),
    "flytekit.core.hash": places("HashMethod"),
    "flytekit.core.interface": places("Interface", f"{_SDK}.interface"),
    "flytekit.core.launch_plan": places(
        f"LaunchPlan reference_launch_plan ReferenceLaunchPlan={_SDK}.reference:ReferenceLaunchPlan"
    ),
    "flytekit.core.node": places("Node", f"{_SDK}.node"),
    "flytekit.core.node_creation": places("create_node"),
    "flytekit.core.options": places("Options"),
    "flytekit.core.pod_template": places("PodTemplate"),
    "flytekit.core.promise": places("Promise", f"{_SDK}.promise"),
    "flytekit.core.python_auto_container": places(
        f"PythonAutoContainerTask default_task_resolver={_SDK}.resolvers:default_task_resolver"
    ),
    "flytekit.core.python_function_task": places("PythonFunctionTask PythonInstanceTask"),
    "flytekit.core.python_customized_container_task": places(
        "PythonCustomizedContainerTask TaskTemplateResolver default_task_template_resolver", _SHIMS
    ),
    "flytekit.core.reference_entity": places("ReferenceEntity"),
    "flytekit.core.resources": places("Resources"),
    "flytekit.core.notification": places(f"Email Notification={_SDK}.notification:Notification PagerDuty Slack"),
    "flytekit.core.schedule": places("CronSchedule FixedRate OnSchedule"),
    "flytekit.core.shim_task": places("ExecutableTemplateShimTask ShimTaskExecutor", _SHIMS),
    "flytekit.core.task": places("eager ReferenceTask TaskPlugins reference_task task Secret"),
    "flytekit.core.testing": places("patch task_mock", "flyweight.testing"),
    "flytekit.core.tracker": places("TrackedInstance", f"{_SDK}.tracking"),
    "flytekit.core.utils": places("ClassDecorator", f"{_SDK}.class_decorator"),
    "flytekit.core.workflow": places(
        "ImperativeWorkflow=flyweight:Workflow PythonFunctionWorkflow=flyweight:FunctionWorkflow ReferenceWorkflow "
        f"WorkflowBase={_SDK}.workflow:Workflow workflow reference_workflow WorkflowFailurePolicy"
    ),
    "flytekit.deck": places("Deck DeckField MarkdownRenderer SourceCodeRenderer TopFrameRenderer"),
    "flytekit.deck.deck": places("Deck DeckField"),
    "flytekit.deck.renderer": places("MarkdownRenderer SourceCodeRenderer TopFrameRenderer"),
    "flytekit.exceptions": {},
    "flytekit.exceptions.base": places(
        f"FlyteException FlyteRecoverableException={_EXCEPTIONS}:FlyteRecoverableException", _EXCEPTIONS
    ),
    "flytekit.exceptions.eager": places("EagerException=flyweight.errors:TaskFailed"),
    "flytekit.exceptions.system": places(
        "FlyteSystemException FlyteNotImplementedException=flyweight.errors:Unsupported "
        f"FlyteNonRecoverableSystemException={_EXCEPTIONS}:FlyteSystemException "
        f"FlyteSystemAssertion={_EXCEPTIONS}:FlyteSystemException "
        "FlyteSystemUnavailableException=flyweight.errors:TryAgain",
        _EXCEPTIONS,
    ),
    "flytekit.exceptions.user": places(
        "FlyteAssertion FlyteAuthenticationException FlyteEntityAlreadyExistsException FlyteEntityNotExistException "
        "FlyteRecoverableException FlyteTimeout FlyteTypeException FlyteUserException FlyteValueException "
        "FlyteCompilationException=flyweight.errors:CompileError "
        f"FlyteEntityNotFoundException={_EXCEPTIONS}:FlyteEntityNotExistException "
        f"FlyteDataNotFoundException={_EXCEPTIONS}:FlyteEntityNotExistException "
        "FlyteMissingReturnValueException=flyweight.errors:CompileError "
        "FlyteMissingTypeException=flyweight.errors:InvalidInput FlyteUserRuntimeException=flyweight.errors:TaskFailed "
        f"FlyteInvalidInputException={_EXCEPTIONS}:FlyteValueException "
        f"FlyteDisapprovalException=flyweight.errors:TaskFailed "
        f"FlyteValidationException={_EXCEPTIONS}:FlyteAssertion",
        _EXCEPTIONS,
    ),
    "flytekit.extend": places(
        "IgnoreOutputs=flyweight:IgnoreOutputs PythonTask=flyweight:PythonTask TaskPlugins=flyweight:TaskPlugins "
        "TaskResolverMixin=flyweight:TaskResolverMixin SQLTask=flyweight:SQLTask "
        "ClassStorageTaskResolver=flyweight:ClassStorageTaskResolver "
        f"ExecutableTemplateShimTask={_SHIMS}:ExecutableTemplateShimTask ShimTaskExecutor={_SHIMS}:ShimTaskExecutor "
        f"PythonCustomizedContainerTask={_SHIMS}:PythonCustomizedContainerTask "
        f"Image ImageConfig SerializationSettings ExecutionState={_COMPAT}.context:ExecutionState "
        f"FileAccessProvider={_COMPAT}.context:FileAccessProvider Interface={_SDK}.interface:Interface "
        f"Promise={_SDK}.promise:Promise SecretsManager={_SDK}.secret:Secrets "
        f"get_serializable={_COMPAT}.translator:get_serializable",
        f"{_COMPAT}.configuration",
    ),
    "flytekit.extras": {},
    "flytekit.extras.accelerators": places(
        "A100 A100_80GB A10G GPUAccelerator H100 H200 K80 L4 L40S L4_VWS M60 MultiInstanceGPUAccelerator P100 P4 "
        "RTX_PRO_6000 T4 V100 V5E V5P V6E",
        f"{_SDK}.accelerators",
    ),
    "flytekit.extras.sqlite3": {},
    "flytekit.extras.sqlite3.task": places(
        "SQLite3Config SQLite3Task SQLite3TaskExecutor unarchive_file", f"{_COMPAT}.sqlite3_task"
    ),
    "flytekit.extras.tasks": {},
    "flytekit.extras.tasks.shell": places(
        f"OutputLocation ProcessResult ShellTask subproc_execute RawShellTask={_SDK}.raw_shell_task:RawShellTask "
        f"get_raw_shell_task={_SDK}.raw_shell_task:get_raw_shell_task",
        f"{_SDK}.shell_task",
    ),
    "flytekit.image_spec": places("ImageSpec"),
    "flytekit.image_spec.image_spec": places("ImageSpec"),
    "flytekit.lazy_import": {},
    "flytekit.lazy_import.lazy_module": places("is_imported lazy_module", f"{_COMPAT}.lazy"),
    "flytekit.loggers": places(
        "logger set_flytekit_log_properties set_user_logger_properties user_space_logger", f"{_COMPAT}.loggers"
    ),
    "flytekit.models.common": places(
        f"Labels Annotations RawOutputDataConfig FlyteIdlEntity={_COMPAT}.models:Model", f"{_SDK}.run_options"
    ),
    "flytekit.models.filters": places(
        "Contains Equal Filter FilterList GreaterThan GreaterThanOrEqual LessThan LessThanOrEqual NotEqual SetFilter "
        "ValueIn ValueNotIn",
        f"{_COMPAT}.filters",
    ),
    "flytekit.models.security": places("Secret"),
    "flytekit.remote": places(
        f"FlyteRemote=flyweight:FlyteRemote {_ENTITIES} "
        f"FlyteWorkflowExecution={_CLIENT}.executions:FlyteWorkflowExecution",
        f"{_CLIENT}.entities",
    ),
    "flytekit.remote.remote": places("FlyteRemote"),
    "flytekit.remote.entities": places(_ENTITIES, f"{_CLIENT}.entities"),
    "flytekit.remote.executions": places(
        f"FlyteWorkflowExecution FlyteNodeExecution={_CLIENT}.nodes:FlyteNodeExecution "
        f"FlyteTaskExecution={_CLIENT}.attempts:FlyteTaskExecution",
        f"{_CLIENT}.executions",
    ),
    "flytekit.remote.lazy_entity": places("LazyEntity", f"{_CLIENT}.lazy"),
    "flytekit.testing": places(f"patch task_mock SecretsManager={_SDK}.secret:Secrets", "flyweight.testing"),
    "flytekit.tools": {},
    "flytekit.tools.translator": places("Options=flyweight:Options get_serializable", f"{_COMPAT}.translator"),
}

_EXPOSED: Final[Mapping[str, str]] = {
    "Annotations": "common",
    "Blob": "literals",
    "BlobMetadata": "literals",
    "BlobType": "core.types",
    "Labels": "common",
    "Literal": "literals",
    "LiteralType": "types",
    "Scalar": "literals",
    "WorkflowExecutionPhase": "core.execution",
}
"""Model classes that the top module has too, and their modules."""


def _merged() -> dict[str, Mapping[str, str]]:
    tables = (MODELS, TYPES, _ROWS)
    modules: dict[str, dict[str, str]] = {name: {} for table in tables for name in table}
    for table in tables:
        for name, row in table.items():
            modules[name].update(row)
    top = {name: modules[f"flytekit.models.{module}"][name] for name, module in _EXPOSED.items()}
    return {**modules, ROOT: {**top, **modules[ROOT]}}


NAMES: Final[Mapping[str, Mapping[str, str]]] = _merged()
"""Places by module and name, each ``module:attribute``."""
