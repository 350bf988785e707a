"""Tells how the stock flytekit's model classes take their arguments: the classes come as JSON on standard input."""

import importlib
import inspect
import json
import sys

told = {}
for module, names in json.load(sys.stdin).items():
    for name in names:
        found = getattr(importlib.import_module(module), name)
        if not hasattr(found, "to_flyte_idl"):
            members = {key: value for key, value in vars(found).items() if key.isupper() and isinstance(value, int)}
            told[f"{module}:{name}"] = {"members": members}
            continue
        parameters = list(inspect.signature(found.__init__).parameters.values())[1:]
        plain = [one.name for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]
        readable = [key for key, value in vars(found).items() if isinstance(value, property)]
        told[f"{module}:{name}"] = {"arguments": plain, "readable": readable}
print(json.dumps(told))
