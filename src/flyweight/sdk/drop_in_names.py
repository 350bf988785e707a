"""The table of the drop-in: for each module of the ``flytekit`` name, its names and where ours live.

A plain name is a public name of ``flyweight`` itself; ``name=module:attribute`` says another place. The top module is
not listed: it has every public name of ``flyweight``. A test resolves every row, so that the table promises nothing
that is not there.
"""

from collections.abc import Mapping
from typing import Final

_CLIENT = "flyweight.client"


def _places(names: str) -> dict[str, str]:
    """Read a row: ``Name`` or ``Name=module:attribute``, separated by blanks."""
    places: dict[str, str] = {}
    for entry in names.split():
        name, _, place = entry.partition("=")
        places[name] = place or f"flyweight:{name}"
    return places


_ROWS: Final[Mapping[str, str]] = {
    "flytekit.configuration": f"Config PlatformConfig={_CLIENT}.config:PlatformConfig",
    "flytekit.core.annotation": "",
    "flytekit.core.array_node_map_task": "map_task",
    "flytekit.core.base_task": "",
    "flytekit.core.cache": "Cache",
    "flytekit.core.condition": "conditional",
    "flytekit.core.context_manager": "ExecutionParameters",
    "flytekit.core.dynamic_workflow_task": "dynamic",
    "flytekit.core.gate": "approve sleep wait_for_input",
    "flytekit.core.hash": "HashMethod",
    "flytekit.core.launch_plan": "LaunchPlan reference_launch_plan",
    "flytekit.core.node_creation": "create_node",
    "flytekit.core.options": "Options",
    "flytekit.core.resources": "Resources",
    "flytekit.core.task": "task reference_task",
    "flytekit.core.workflow": (
        "ImperativeWorkflow=flyweight:Workflow PythonFunctionWorkflow=flyweight:FunctionWorkflow "
        "WorkflowBase=flyweight.sdk.workflow:Workflow workflow reference_workflow WorkflowFailurePolicy"
    ),
    "flytekit.deck": "Deck DeckField MarkdownRenderer SourceCodeRenderer TopFrameRenderer",
    "flytekit.deck.deck": "Deck DeckField",
    "flytekit.deck.renderer": "MarkdownRenderer SourceCodeRenderer TopFrameRenderer",
    "flytekit.exceptions.user": "FlyteRecoverableException",
    "flytekit.image_spec": "ImageSpec",
    "flytekit.image_spec.image_spec": "ImageSpec",
    "flytekit.models.common": "Labels Annotations",
    "flytekit.models.security": "Secret",
    "flytekit.remote": (
        f"FlyteRemote FlyteTask={_CLIENT}.entities:FlyteTask FlyteWorkflow={_CLIENT}.entities:FlyteWorkflow "
        f"FlyteLaunchPlan={_CLIENT}.entities:FlyteLaunchPlan "
        f"FlyteWorkflowExecution={_CLIENT}.executions:FlyteWorkflowExecution"
    ),
    "flytekit.remote.remote": "FlyteRemote",
    "flytekit.remote.entities": (
        f"FlyteTask={_CLIENT}.entities:FlyteTask FlyteWorkflow={_CLIENT}.entities:FlyteWorkflow "
        f"FlyteLaunchPlan={_CLIENT}.entities:FlyteLaunchPlan"
    ),
    "flytekit.remote.executions": f"FlyteWorkflowExecution={_CLIENT}.executions:FlyteWorkflowExecution",
    "flytekit.types.directory": "FlyteDirectory",
    "flytekit.types.error": "FlyteError",
    "flytekit.types.error.error": "FlyteError",
    "flytekit.types.file": "FlyteFile",
    "flytekit.types.file.file": "FlyteFile",
    "flytekit.types.structured": "StructuredDataset",
    "flytekit.types.structured.structured_dataset": "StructuredDataset",
}

NAMES: Final[Mapping[str, Mapping[str, str]]] = {module: _places(names) for module, names in _ROWS.items()}
"""Places by module and name, each ``module:attribute``."""
