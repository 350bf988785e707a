"""Prints the specs of every program as JSON. The same script runs under the stock flytekit and under the drop-in."""

import importlib
import json
import sys
from collections import OrderedDict
from pathlib import Path

from google.protobuf.json_format import MessageToDict

ENTITIES = {"plans": ("wf", "plan", "base"), "containers": ("wf", "constants")}
IMAGES = {"trainer": "registry/trainer:v3"}


def stock_specs(entity):
    from flytekit.configuration import Image, ImageConfig, SerializationSettings
    from flytekit.tools.translator import get_serializable

    default = Image.look_up_image_info("default", "image:1")
    others = [Image.look_up_image_info(name, tag) for name, tag in IMAGES.items()]
    settings = SerializationSettings(
        project="p",
        domain="d",
        version="v",
        env={"A": "all", "B": "all"},
        image_config=ImageConfig(default, [default, *others]),
    )
    found = OrderedDict()
    get_serializable(found, settings, entity)
    return [
        one.to_flyte_idl() for one in found.values() if type(one).__name__ in ("TaskSpec", "WorkflowSpec", "LaunchPlan")
    ]


def our_specs(entity):
    from flyweight.compile.settings import ImageConfig, SerializationSettings
    from flyweight.compile.specs import compile_entity

    settings = SerializationSettings(
        project="p",
        domain="d",
        version="v",
        env={"A": "all", "B": "all"},
        image_config=ImageConfig.from_images("image:1", IMAGES),
    )
    return compile_entity(entity, settings)


def main(side):
    if side == "ours":
        from flyweight.sdk import drop_in

        drop_in.install()
    folder = Path(__file__).parent
    sys.path.insert(0, str(folder))
    specs = {}
    for path in sorted(folder.glob("*.py")):
        if path.stem == "dumped":
            continue
        module = importlib.import_module(path.stem)
        for name in ENTITIES.get(path.stem, ("wf",)):
            for spec in (stock_specs if side == "stock" else our_specs)(getattr(module, name)):
                identifier = spec.template.id if hasattr(spec, "template") else spec.id
                kind = type(spec).__name__
                specs.setdefault(path.stem, {})[f"{kind} {identifier.name}"] = MessageToDict(spec)
    json.dump(specs, sys.stdout, sort_keys=True)


main(sys.argv[1])
