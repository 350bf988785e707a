"""Turns a launch plan into flyteidl's: parameters, fixed inputs, what starts it, and how its executions run."""

from flyteidl.admin import common_pb2, launch_plan_pb2
from flyteidl.core import interface_pb2, literals_pb2, security_pb2

from flyweight import literals
from flyweight.compile.graphs import identifier_of
from flyweight.compile.settings import SerializationSettings
from flyweight.compile.tasks import interface
from flyweight.sdk.launch_plan import LaunchPlan
from flyweight.sdk.run_options import Options
from flyweight.sdk.wire import message_of
from flyweight.types.registry import default_registry


def launch_plan(plan: LaunchPlan, settings: SerializationSettings) -> launch_plan_pb2.LaunchPlan:
    """Give a launch plan with its spec; an input without default is required."""
    return launch_plan_pb2.LaunchPlan(id=identifier_of(plan, settings), spec=_launch_plan_spec(plan, settings))


def _launch_plan_spec(plan: LaunchPlan, settings: SerializationSettings) -> launch_plan_pb2.LaunchPlanSpec:
    run = plan.options.run
    return launch_plan_pb2.LaunchPlanSpec(
        workflow_id=identifier_of(plan.workflow, settings),
        entity_metadata=launch_plan_pb2.LaunchPlanMetadata(
            schedule=plan.options.schedule,
            notifications=notifications(run),
            launch_conditions=plan.options.condition,
        ),
        default_inputs=_parameters(plan),
        fixed_inputs=_fixed(plan),
        labels=common_pb2.Labels(values=run.labels.values if run.labels else {}),
        annotations=common_pb2.Annotations(values=run.annotations.values if run.annotations else {}),
        raw_output_data_config=common_pb2.RawOutputDataConfig(
            output_location_prefix=run.raw_output_data_config.output_location_prefix
            if run.raw_output_data_config
            else ""
        ),
        max_parallelism=run.max_parallelism or 0,
        security_context=security_context(run),
        overwrite_cache=run.overwrite_cache or False,
        concurrency_policy=plan.options.concurrency,
    )


def _parameters(plan: LaunchPlan) -> interface_pb2.ParameterMap:
    native = plan.interface
    variables = interface(native).inputs.variables
    parameters: dict[str, interface_pb2.Parameter] = {}
    for name, python_type in native.inputs.items():
        parameter = interface_pb2.Parameter(var=variables[name])
        if name in native.defaults:
            value = native.defaults[name]
            literal = default_registry().to_literal(value, python_type)
            # None that an optional input starts from stands without its union, as flytekit has it
            parameter.default.CopyFrom(literals.none() if value is None else literal)
        else:
            parameter.required = True
        parameters[name] = parameter
    return interface_pb2.ParameterMap(parameters=parameters)


def _fixed(plan: LaunchPlan) -> literals_pb2.LiteralMap:
    types = plan.workflow.interface.inputs
    return literals_pb2.LiteralMap(
        literals={
            name: default_registry().to_literal(value, types[name]) for name, value in plan.options.fixed_inputs.items()
        }
    )


def notifications(options: Options) -> list[common_pb2.Notification]:
    """Give who is told when an execution ends."""
    return [message_of("`notifications`", one, "flyteidl.admin.Notification") for one in options.notifications or ()]


def security_context(options: Options) -> security_pb2.SecurityContext | None:
    """Give on whose behalf an execution runs, if that is said."""
    if options.security_context is None:
        return None
    return message_of("`security_context`", options.security_context, "flyteidl.core.SecurityContext")
