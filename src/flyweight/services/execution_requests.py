"""From a request to run something to what will run: the launch plan's or task's part and the caller's, merged.

Pure. The caller's word goes before the launch plan's, as in flyteadmin.
"""

from flyteidl.admin import execution_pb2, launch_plan_pb2
from flyteidl.core import interface_pb2, literals_pb2

from flyweight.errors import InvalidInput
from flyweight.semantics.inputs import merge_inputs

_OF_LAUNCH_PLAN = (
    "security_context",
    "auth_role",
    "quality_of_service",
    "raw_output_data_config",
    "cluster_assignment",
    "interruptible",
    "envs",
)
"""Fields that a launch plan gives when the caller does not."""

_INHERITED = (
    "labels",
    "annotations",
    "security_context",
    "raw_output_data_config",
    "interruptible",
    "envs",
    "cluster_assignment",
    "execution_cluster_label",
)
"""Fields that an execution hands on to the executions that its nodes start."""


def caller_inputs(request: execution_pb2.ExecutionCreateRequest) -> literals_pb2.LiteralMap:
    """Take the inputs from where this caller's generation of clients puts them."""
    return request.inputs if request.inputs.literals else request.spec.inputs


def merged_inputs(
    what: str, expected: interface_pb2.ParameterMap, fixed: literals_pb2.LiteralMap, given: literals_pb2.LiteralMap
) -> literals_pb2.LiteralMap:
    """Merge and check inputs; raises ``InvalidInput`` that says what of is wrong with them, and of what they are."""
    try:
        return merge_inputs(expected, fixed, given)
    except InvalidInput as problem:
        raise InvalidInput(f"{what} cannot be started with these inputs: {problem.message}") from problem


def spec_with_launch_plan(
    given: execution_pb2.ExecutionSpec, plan: launch_plan_pb2.LaunchPlanSpec
) -> execution_pb2.ExecutionSpec:
    """Fill in what the caller left to the launch plan; labels and annotations are merged, the caller's first."""
    spec = _copy(given)
    for name in _OF_LAUNCH_PLAN:
        if plan.HasField(name) and not spec.HasField(name):
            getattr(spec, name).CopyFrom(getattr(plan, name))
    for key, value in plan.labels.values.items():
        spec.labels.values.setdefault(key, value)
    for key, value in plan.annotations.values.items():
        spec.annotations.values.setdefault(key, value)
    spec.max_parallelism = spec.max_parallelism or plan.max_parallelism
    spec.overwrite_cache = spec.overwrite_cache or plan.overwrite_cache
    return spec


def inherited_spec(parent: execution_pb2.ExecutionSpec) -> execution_pb2.ExecutionSpec:
    """Give what an execution hands on to those that its nodes start, as flytepropeller does."""
    spec = execution_pb2.ExecutionSpec(max_parallelism=parent.max_parallelism, overwrite_cache=parent.overwrite_cache)
    for name in _INHERITED:
        if parent.HasField(name):
            getattr(spec, name).CopyFrom(getattr(parent, name))
    spec.metadata.nesting = parent.metadata.nesting + 1
    return spec


def accepted_spec(
    given: execution_pb2.ExecutionSpec, *, mode: execution_pb2.ExecutionMetadata.ExecutionMode | None = None
) -> execution_pb2.ExecutionSpec:
    """Take the spec as it is kept: without inputs, which are kept apart, and in the mode that the platform says."""
    if given.max_parallelism < 0:
        raise InvalidInput(f"max_parallelism is {given.max_parallelism}: give 0 for no limit, or a positive number")
    spec = _copy(given)
    spec.ClearField("inputs")
    # Callers do not say who they are (Flyte's clients send "placeholder"): a login would.
    spec.metadata.principal = ""
    if mode is not None:
        spec.metadata.mode = mode
    return spec


def _copy(given: execution_pb2.ExecutionSpec) -> execution_pb2.ExecutionSpec:
    spec = execution_pb2.ExecutionSpec()
    spec.CopyFrom(given)
    return spec
