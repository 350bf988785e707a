"""Compiles and runs every program of the corpus on one side: `compiling.py stock|ours FILE [FOLDER]` writes JSON to FILE.

The same script runs under the stock flytekit and under the drop-in, which finds in FOLDER what only it has not. A program's ``COMPILED`` names what is compiled
(``wf`` alone if it does not say), ``DRAWN`` the dynamic tasks whose graphs are, with their inputs, and ``RUNS`` what is
run here, with inputs.
"""

import base64
import dataclasses
import importlib
import json
import logging
import sys
import warnings
from collections import OrderedDict
from enum import Enum
from pathlib import Path

FOLDER = Path(__file__).parent / "spec_programs"
IMAGES = {"trainer": "registry/trainer:v3"}
ENV = {"A": "all", "B": "all"}
KINDS = {
    "a failure to try again": {"RecoverableError", "FlyteRecoverableException"},
    "a mismatch of types": {"TypeMismatch", "TypeTransformerFailedError", "FlyteTypeException", "TypeError"},
    "an input refused": {"InvalidInput", "AssertionError", "FlytePromiseAttributeResolveException"},
    "a case that fails": {"TaskFailed", "ValueError"},
}
"""What an error is called when the two sides name it differently; any other is called by its class."""


class Stock:
    """The stock flytekit."""

    def __init__(self):
        from flytekit.configuration import Image, ImageConfig, SerializationSettings

        default = Image.look_up_image_info("default", "image:1")
        others = [Image.look_up_image_info(name, tag) for name, tag in IMAGES.items()]
        images = ImageConfig(default, [default, *others])
        self.settings = SerializationSettings(project="p", domain="d", version="v", env=ENV, image_config=images)

    def specs(self, entity):
        from flytekit import FlyteContextManager, LaunchPlan
        from flytekit.core.workflow import WorkflowBase
        from flytekit.tools.translator import get_serializable

        found = OrderedDict()
        get_serializable(found, self.settings, entity)
        if isinstance(entity, WorkflowBase):  # its client makes the default launch plan when it registers
            plan = LaunchPlan.get_default_launch_plan(FlyteContextManager.current_context(), entity)
            get_serializable(found, self.settings, plan)
        kinds = ("TaskSpec", "WorkflowSpec", "LaunchPlan")
        return [one.to_flyte_idl() for one in found.values() if type(one).__name__ in kinds]

    def drawn(self, entity, inputs):
        from flytekit import FlyteContextManager
        from flytekit.core.context_manager import ExecutionState

        context = FlyteContextManager.current_context()
        state = context.new_execution_state().with_params(mode=ExecutionState.Mode.TASK_EXECUTION)
        made = context.with_serialization_settings(self.settings).with_execution_state(state)
        with FlyteContextManager.with_context(made):
            return entity.dynamic_execute(entity.task_function, **inputs).to_flyte_idl()


class Ours:
    """Flyweight, answering to flytekit's name."""

    def __init__(self):
        from flyweight.compile.settings import ImageConfig, SerializationSettings
        from flyweight.sdk import drop_in

        drop_in.install()
        images = ImageConfig.from_images("image:1", IMAGES)
        self.settings = SerializationSettings(project="p", domain="d", version="v", env=ENV, image_config=images)

    def specs(self, entity):
        from flyweight.compile.specs import compile_entity

        return compile_entity(entity, self.settings)

    def drawn(self, entity, inputs):
        from flyweight.compile.dynamic import job_spec

        return job_spec(entity.draw(inputs), self.settings)


def named(spec):
    identifier = spec.template.id if hasattr(spec, "template") else spec.id
    return f"{type(spec).__name__} {identifier.name}"


def packed(message):
    return base64.b64encode(message.SerializeToString(deterministic=True)).decode()


def compiled(side, module):
    """The specs of one program, or what refused it."""
    try:
        entities = [getattr(module, name) for name in getattr(module, "COMPILED", ("wf",))]
        found = {named(spec): packed(spec) for entity in entities for spec in side.specs(entity)}
        for name, inputs in getattr(module, "DRAWN", ()):
            found[f"DynamicJobSpec {name}({inputs})"] = packed(side.drawn(getattr(module, name), inputs))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return found


def plain(value):
    """A result without what is each side's own: classes become what they hold."""
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value if isinstance(value, (int, float, str, type(None))) else str(value)


def ran(module):
    """What each run of one program gave, or the kind of its error."""
    results = []
    for name, inputs in getattr(module, "RUNS", ()):
        try:
            result = plain(getattr(module, name)(**inputs))
        except Exception as error:
            classes = {one.__name__ for one in type(error).__mro__}
            kind = next((kind for kind, names in KINDS.items() if names & classes), type(error).__name__)
            result = {"raised": kind, "saying": str(error)}
        results.append([f"{name}({inputs})", result])
    return results


def main(side_name, target, *folders):
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    side = {"stock": Stock, "ours": Ours}[side_name]()
    importlib.import_module("flytekit")  # before its plugins in those folders can be seen
    sys.path.extend(folders)
    sys.path.insert(0, str(FOLDER))
    everything = {}
    for path in sorted(FOLDER.glob("*.py")):
        try:
            module = importlib.import_module(path.stem)
        except Exception as error:
            everything[path.stem] = {"specs": f"{type(error).__name__}: {error}", "runs": []}
            continue
        everything[path.stem] = {"specs": compiled(side, module), "runs": ran(module)}
    Path(target).write_text(json.dumps(everything))


main(*sys.argv[1:])
