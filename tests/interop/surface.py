"""Writes the page of names: ``python -m tests.interop.surface``; every public name of flytekit, and whether it is here.

What flytekit has stands in ``flytekit_names.json``, which ``programs/surface.py`` makes in the stock environment.
"""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path

from flyweight import compat
from flyweight.client.attempts import FlyteTaskExecution
from flyweight.client.config import Config
from flyweight.client.entities import FlyteLaunchPlan, FlyteTask, FlyteWorkflow
from flyweight.client.executions import FlyteWorkflowExecution
from flyweight.client.lazy import LazyEntity
from flyweight.client.nodes import FlyteNodeExecution
from flyweight.client.remote import FlyteRemote
from flyweight.client.synchronous import SynchronousFlyteClient

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs/flytekit-names.md"
STOCK: dict[str, list[str]] = json.loads((HERE / "flytekit_names.json").read_text())
STOCK_OBJECTS: dict[str, list[str]] = json.loads((HERE / "flytekit_objects.json").read_text())
OBJECTS = {
    kind.__name__: kind
    for kind in (
        FlyteRemote,
        SynchronousFlyteClient,
        FlyteWorkflowExecution,
        FlyteNodeExecution,
        FlyteTaskExecution,
        FlyteTask,
        FlyteWorkflow,
        FlyteLaunchPlan,
        LazyEntity,
    )
}
_IN_WORKFLOWS = "fetched entities are executed; in workflows, references (`reference_task`, ...) stand for them"
_INNER = "inner parts of flytekit's client"
_MODELS = "ours hold the flyteidl message itself"
_UNLIKE_LOCAL = "compile construct_node_metadata execute local_execute local_execution_mode python_interface"
NOT_BUILT = {
    "FlyteRemote": {
        "context file_access": "our client has no type engine's context; `remote_context()` is here",
        "find_launch_plan_for_node get_extra_headers_for_protocol": _INNER,
    },
    "SynchronousFlyteClient": {
        "get_project_domain_attributes get_workflow_attributes list_matchable_attributes "
        "update_project_domain_attributes update_workflow_attributes": "the platform's settings stand in config.yaml",
        "get_download_artifact_signed_url create_download_link": "`get_data` and `get_download_signed_url` are here",
        "create_download_location create_upload_location list_node_executions_paginated list_projects raw url "
        "with_root_certificate": "the raw stub's calls; the named ones stand for them",
    },
    "FlyteWorkflowExecution": {"promote_from_model": _MODELS},
    "FlyteNodeExecution": {
        "promote_from_model": _MODELS,
        "executions workflow_executions": "`task_executions` and `subworkflow_node_executions` are here",
        "interface": "not yet; its workflow's nodes and `inputs` tell it",
    },
    "FlyteTaskExecution": {"promote_from_model": _MODELS, "task": "`remote.fetch_task` of `id.task_id` gives it"},
    "FlyteTask": {_UNLIKE_LOCAL: _IN_WORKFLOWS, "promote_from_model should_register": _MODELS, "docs": "not yet"},
    "FlyteWorkflow": {
        _UNLIKE_LOCAL: _IN_WORKFLOWS,
        "get_non_system_nodes promote_from_closure promote_from_model should_register": _MODELS,
        "docs": "not yet",
    },
    "FlyteLaunchPlan": {
        _UNLIKE_LOCAL: _IN_WORKFLOWS,
        "promote_from_model": _MODELS,
        "auth_role": "Flyte has given it up for `security_context`",
        "concurrency_policy": "not yet",
        "flyte_workflow": "`remote.fetch_workflow` of `workflow_id` gives it",
    },
    "LazyEntity": {f"{_UNLIKE_LOCAL} id": f"{_IN_WORKFLOWS}; `entity.id` is here"},
}
"""What our client's objects have not, by class and reason."""
REASONS = {
    "flytekit.configuration": "how flytekit reads its files; ours are read by the settings",
    "flytekit.core": "flytekit's own inner parts, or not yet",
    "flytekit.core.artifact": "artifacts are a service that open-source Flyte has not",
    "flytekit.exceptions": "nothing here raises it",
    "flytekit.extend.backend": "connectors are not here",
    "flytekit.extras": "not yet",
    "flytekit.image_spec": "builders of images; environments are made here",
    "flytekit.interaction": "the inner parts of pyflyte",
    "flytekit.interactive": "a container with VS Code in it: there is no container",
    "flytekit.loggers": "how flytekit sets up its own logs",
    "flytekit.models": "base classes of flytekit's models",
    "flytekit.remote": "the inner parts of flytekit's client, or not yet",
    "flytekit.sensor": "connectors are not here",
    "flytekit.tools": "the inner parts of pyflyte",
    "flytekit.types": "flytekit's own transformers, or not yet",
}
HEAD = """\
# Every public name of flytekit

Each public class and function of the stock flytekit 1.16.31, module by module, and whether the drop-in has it. A name
that is not here raises an ImportError that says so. Written by `python -m tests.interop.surface` and checked by tests;
what the names do is told in [what of flytekit is here](compatibility.md).

| module | here | not here | why |
|---|---|---|---|
"""

OBJECTS_HEAD = """
## What the client gives

The public names of `FlyteRemote`, of its `client`, and of what they give: executions, their nodes and attempts, and
fetched entities. What is not here raises an AttributeError.

| class | here | not here | why |
|---|---|---|---|
"""


def missing() -> dict[str, list[str]]:
    """Give the names that the drop-in has not, by module."""
    compat.install()
    try:
        return {module: [name for name in names if not _is_here(module, name)] for module, names in STOCK.items()}
    finally:
        compat.uninstall()


def listed() -> dict[str, list[str]]:
    """Read which names the page says are not here."""
    rows = [line.split("|") for line in PAGE.read_text().splitlines() if line.startswith("| `flytekit")]
    return {row[1].strip().strip("`"): [name.strip("` ") for name in row[3].split(",") if name.strip()] for row in rows}


def missing_of_objects() -> dict[str, list[str]]:
    """Give the public names that our client's objects have not, by class."""
    remote = FlyteRemote(Config.for_endpoint("localhost:1", insecure=True), interactive_mode_enabled=False)
    here = {name: set(dir(kind)) for name, kind in OBJECTS.items()}
    here["FlyteRemote"] |= vars(remote).keys()
    return {kind: [name for name in names if name not in here[kind]] for kind, names in STOCK_OBJECTS.items()}


def page() -> str:
    """Give the page's text."""
    rows: list[str] = []
    for module, absent in missing().items():
        here = len(STOCK[module]) - len(absent)
        names = ", ".join(f"`{name}`" for name in absent)
        rows.append(f"| `{module}` | {here or ''} | {names} | {_reason(module) if absent else ''} |\n")
    return HEAD + "".join(rows) + OBJECTS_HEAD + "".join(object_rows())


def object_rows() -> Iterator[str]:
    """Give the table of what our client's objects have not."""
    for kind, absent in missing_of_objects().items():
        here = len(STOCK_OBJECTS[kind]) - len(absent)
        for at, (names, reason) in enumerate(NOT_BUILT[kind].items()):
            listed_names = ", ".join(f"`{name}`" for name in names.split())
            yield f"| {'' if at else kind} | {'' if at else here} | {listed_names} | {reason} |\n"


def _is_here(module: str, name: str) -> bool:
    try:
        getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError):
        return False
    return True


def _reason(module: str) -> str:
    while module not in REASONS and "." in module:
        module = module.rpartition(".")[0]
    return REASONS.get(module, "not yet")


if __name__ == "__main__":
    PAGE.write_text(page())
