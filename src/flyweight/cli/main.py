"""The entry of the command line: the table of commands, and the border where errors become text and an exit code."""

import importlib
import logging
import sys
from collections.abc import Sequence
from typing import Final

import click

from flyweight.cli.failures import explain

COMMANDS: Final = {
    "up": ("flyweight.cli.up:up", "Start the platform: engine, API and console on one port."),
    "down": ("flyweight.cli.down:down", "Stop the platform."),
    "status": ("flyweight.cli.status:status", "Say whether a platform runs, where, and how busy it is."),
    "run": ("flyweight.cli.run:run", "Run a task, workflow or launch plan of a file, here or with --remote."),
    "register": ("flyweight.cli.register:register", "Register the entities of files or packages."),
    "package": ("flyweight.cli.package:package", "Write the entities of packages into one file for other Flyte tools."),
    "serialize": ("flyweight.cli.package:serialize", "Write the entities of packages as files into a folder."),
    "fetch": ("flyweight.cli.fetch:fetch", "Show or download what a flyte:// address names."),
    "get": ("flyweight.cli.get:get", "List executions, launch plans, tasks and workflows."),
    "execution": ("flyweight.cli.execution:execution", "Show, end, relaunch or recover an execution."),
    "logs": ("flyweight.cli.logs:logs", "Show what a node's task wrote, live while it runs."),
    "launchplan": ("flyweight.cli.launchplan:launchplan", "Activate or deactivate a launch plan."),
    "backfill": ("flyweight.cli.backfill:backfill", "Run a launch plan for times of its schedule that have passed."),
    "info": ("flyweight.cli.info:info", "Show the versions of this client and of the platform."),
    "debug": ("flyweight.cli.debug:debug", "Run a node's task here with its real inputs, under a debugger."),
    "local-cache": ("flyweight.cli.local_cache:local_cache", "Clear what runs here have cached."),
    "metrics": ("flyweight.cli.metrics:metrics", "Show how long an execution and its parts took."),
    "build": (
        "flyweight.cli.build:build",
        "Make environments for images that are described, and show where tasks run.",
    ),
    "init": ("flyweight.cli.init:init", "Make a folder with a project that runs."),
    "demo": ("flyweight.cli.demo:demo", "Run a pipeline on real data, from nothing to a result."),
}
"""Where each command stands, and its line in ``--help``: that page loads none of them."""


class CommandTable(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names, in the table's order."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        found = getattr(importlib.import_module(module), name)
        return found if isinstance(found, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without loading them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=CommandTable, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-v", "--verbose", count=True, help="Say more; -vv with debug messages. Errors show our frames too.")
@click.option(
    "-c", "--config", metavar="FILE", help="Flyte's config file. [default: $FLYTECTL_CONFIG, ~/.flyte/config.yaml]"
)
@click.option("-k", "--pkgs", multiple=True, metavar="PACKAGE", help="Packages for package, serialize and register.")
@click.version_option(package_name="flyweight")
@click.pass_context
def flyweight(ctx: click.Context, verbose: int, config: str | None, pkgs: tuple[str, ...]) -> None:
    """Write typed workflows in Python, run them here or on a platform, and watch them."""
    ctx.obj = {"verbose": verbose, "config": config, "packages": pkgs}
    levels = (logging.WARNING, logging.INFO, logging.DEBUG)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("flyweight").setLevel(levels[min(verbose, len(levels) - 1)])
    logging.getLogger("flyweight.images").setLevel(levels[min(max(verbose, 1), 2)])  # what may take minutes is told


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code: 0 well, 1 failed, 2 wrong usage, 130 interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = flyweight.main(args=given, prog_name="flyweight", standalone_mode=False)
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        return 130
    except Exception as error:  # the border of the command line: everything becomes text here
        return explain(error, verbose=is_verbose(given))
    return code if isinstance(code, int) else 0


def is_verbose(arguments: Sequence[str]) -> bool:
    """Tell whether ``-v`` stands before the command; behind it, the letter is the command's own."""
    own: list[str] = []
    for one in arguments:
        if one in COMMANDS:
            break
        own.append(one)
    return any(one == "--verbose" or (one.startswith("-v") and set(one[1:]) == {"v"}) for one in own)
