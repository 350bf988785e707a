"""How flytekit's model classes take their arguments, where it differs from how flyteidl declares the fields."""

from collections.abc import Mapping
from typing import Final

RENAMED: Final[Mapping[str, Mapping[str, str]]] = {
    "flyteidl.admin.ClusterAssignment": {"cluster_pool": "cluster_pool_name"},
    "flyteidl.admin.ConcurrencyPolicy": {"max_concurrency": "max"},
    "flyteidl.admin.Envs": {"envs": "values"},
    "flyteidl.admin.TaskSpec": {"docs": "description"},
    "flyteidl.admin.WorkflowNodeMetadata": {"execution_id": "executionId"},
    "flyteidl.admin.WorkflowSpec": {"docs": "description"},
    "flyteidl.core.Container": {"data_loading_config": "data_config"},
    "flyteidl.core.OAuth2TokenRequest": {"type_": "type"},
    "flyteidl.core.TaskMetadata": {"k8s_object_metadata": "metadata"},
    "flyteidl.core.Union": {"stored_type": "type"},
    "flyteidl.plugins.HiveQuery": {"retry_count": "retryCount"},
}
"""Fields by flytekit's name, where flyteidl has another."""

_ORDERS: Final[Mapping[str, str]] = {
    "flyteidl.admin.ClusterAssignment": "cluster_pool",
    "flyteidl.admin.ConcurrencyPolicy": "max_concurrency behavior",
    "flyteidl.admin.Description": "value uri icon_link format",
    "flyteidl.admin.DescriptionEntity": "short_description long_description source_code",
    "flyteidl.admin.Envs": "envs",
    "flyteidl.admin.ExecutionClosure": ("phase started_at duration error outputs abort_metadata created_at updated_at"),
    "flyteidl.admin.ExecutionSpec": (
        "launch_plan metadata notifications disable_all labels annotations auth_role raw_output_data_config "
        "max_parallelism security_context overwrite_cache interruptible envs tags cluster_assignment "
        "execution_cluster_label"
    ),
    "flyteidl.admin.LaunchPlanSpec": (
        "workflow_id entity_metadata default_inputs fixed_inputs labels annotations auth_role "
        "raw_output_data_config max_parallelism security_context overwrite_cache concurrency_policy"
    ),
    "flyteidl.admin.MatchingAttributes": (
        "cluster_resource_attributes execution_queue_attributes execution_cluster_label plugin_overrides"
    ),
    "flyteidl.admin.NodeExecutionClosure": (
        "phase started_at duration output_uri deck_uri error workflow_node_metadata task_node_metadata "
        "created_at updated_at"
    ),
    "flyteidl.admin.NodeExecutionGetDataResponse": "dynamic_workflow",
    "flyteidl.admin.Project": "id name description state",
    "flyteidl.admin.Schedule": "kickoff_time_input_arg cron_expression rate cron_schedule",
    "flyteidl.admin.TaskExecutionClosure": (
        "phase logs started_at duration created_at updated_at output_uri error metadata"
    ),
    "flyteidl.admin.TaskExecutionMetadata": (
        "task_execution_id namespace labels annotations k8s_service_account environment_variables identity"
    ),
    "flyteidl.admin.TaskSpec": "template docs",
    "flyteidl.admin.WorkflowExecutionGetDataResponse": "inputs outputs full_inputs full_outputs",
    "flyteidl.admin.WorkflowNodeMetadata": "execution_id",
    "flyteidl.admin.WorkflowSpec": "template sub_workflows docs",
    "flyteidl.core.ConnectionSet": "upstream downstream",
    "flyteidl.core.Container": "image command args resources env config data_loading_config",
    "flyteidl.core.DataLoadingConfig": "input_path output_path enabled format io_strategy",
    "flyteidl.core.DynamicJobSpec": "tasks nodes min_successes outputs subworkflows",
    "flyteidl.core.GateNode": "signal sleep approve",
    "flyteidl.core.Literal": "scalar collection map hash metadata offloaded_metadata",
    "flyteidl.core.LiteralType": (
        "simple schema collection_type map_value_type blob enum_type union_type structured_dataset_type "
        "metadata structure annotation"
    ),
    "flyteidl.core.OAuth2TokenRequest": "name client idp_discovery_endpoint token_endpoint type_",
    "flyteidl.core.Scalar": "primitive blob binary schema union none_type error generic structured_dataset",
    "flyteidl.core.TaskMetadata": (
        "discoverable runtime timeout retries interruptible discovery_version deprecated_error_message "
        "cache_serializable pod_template_name cache_ignore_input_vars is_eager generates_deck "
        "k8s_object_metadata"
    ),
    "flyteidl.core.TaskTemplate": (
        "id type metadata interface custom container task_type_version security_context config k8s_pod sql "
        "extended_resources"
    ),
    "flyteidl.core.Union": "value stored_type",
    "flyteidl.core.WorkflowMetadata": "on_failure",
    "flyteidl.core.WorkflowTemplate": "id metadata metadata_defaults interface nodes outputs failure_node",
    "flyteidl.event.TaskExecutionMetadata": "external_resources",
    "flyteidl.plugins.HiveQuery": "query timeout_sec retry_count",
    "flyteidl.plugins.QuboleHiveJob": "query cluster_label tags query_collection",
}
ORDERED: Final[Mapping[str, tuple[str, ...]]] = {name: tuple(names.split()) for name, names in _ORDERS.items()}
"""Names of positional arguments in flytekit's order, by message."""
