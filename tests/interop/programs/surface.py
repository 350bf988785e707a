"""Tells every public class and function of the stock flytekit, by module, as JSON; what a package exposes counts too."""

import importlib
import inspect
import json
import pkgutil
import warnings

import flytekit

warnings.simplefilter("ignore")
OWN_AFFAIRS = ("bin", "clients", "clis", "_ast", "_version", "lazy_import", "interfaces", "utils", "experimental")
"""What flytekit keeps for itself: its command line, its transport, its helpers."""


def exposed(module):
    package = hasattr(module, "__path__")
    for name, value in vars(module).items():
        if name.startswith("_") or not (inspect.isclass(value) or inspect.isroutine(value)):
            continue
        home = getattr(value, "__module__", "") or ""
        if home == module.__name__ or (package and home.startswith("flytekit")):
            yield name


told = {"flytekit": sorted(exposed(flytekit))}
for found in pkgutil.walk_packages(flytekit.__path__, "flytekit."):
    if found.name.split(".")[1] in OWN_AFFAIRS:
        continue
    try:
        told[found.name] = sorted(exposed(importlib.import_module(found.name)))
    except ImportError:  # a module for a library that is not installed here
        continue
print(json.dumps({name: names for name, names in sorted(told.items()) if names}, indent=1))
