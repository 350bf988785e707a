"""Tells the commands and flags of a click command line: the argument is ``module:attribute``."""

import importlib
import json
import sys
import warnings

import click

warnings.simplefilter("ignore")


def walk(command, path, told):
    told[path] = sorted(
        flag for one in command.params if isinstance(one, click.Option) for flag in (*one.opts, *one.secondary_opts)
    )
    # What run and build have below themselves are files.
    if isinstance(command, click.Group) and path not in ("run", "build"):
        context = click.Context(command)
        for name in command.list_commands(context):
            walk(command.get_command(context, name), f"{path} {name}".strip(), told)


module, _, attribute = sys.argv[1].partition(":")
found = {}
walk(getattr(importlib.import_module(module), attribute), "", found)
print(json.dumps(found))
