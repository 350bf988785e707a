"""``flyweight run FILE ENTITY [--input VALUE]...``: an entity of a file or a registered one, here or there."""

import dataclasses
from typing import TYPE_CHECKING, Any

import click

from flyweight.cli.calling import EntityCommand, FileOptions
from flyweight.cli.here import inputs_of, run_here
from flyweight.cli.loading import AnyEntity, entities_of, find_entity, load_module
from flyweight.cli.options import Input, ValueOf, amounts, collect, options_for, pairs
from flyweight.cli.settings import RunSettings
from flyweight.sdk.gate import signals
from flyweight.sdk.launch_plan import LaunchPlan
from flyweight.settings import apply_environment

if TYPE_CHECKING:  # a local run never loads the client
    from flyweight.client.entities import FetchedEntity
    from flyweight.client.remote import FlyteRemote

REMOTE_KINDS = ("remote-task", "remote-workflow", "remote-launchplan")


class RunGroup(click.Group):
    """The first word after ``run``: a file or module, or what kind of registered entity."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the words that are no files."""
        del ctx
        return list(REMOTE_KINDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """Load a file, or ask for registered entities."""
        del ctx
        if cmd_name in REMOTE_KINDS:
            return RegisteredGroup(name=cmd_name, help="Run what is registered, by NAME or NAME:VERSION.")
        return FileGroup(name=cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say what may stand for the first word."""
        del ctx
        with formatter.section("Then"):
            rows = [("FILE ENTITY [--input VALUE]...", "An entity of a file or module; FILE --help lists them.")]
            rows += [(f"{kind} NAME[:VERSION] [--input VALUE]...", "A registered one.") for kind in REMOTE_KINDS]
            formatter.write_dl(rows)


class FileGroup(FileOptions):
    """The entities of one file."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names of the file's entities."""
        del ctx
        return list(entities_of(load_module(self.name or "")))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """Make the command of one entity."""
        return _entity_command(ctx, find_entity(load_module(self.name or ""), cmd_name), cmd_name)


class RegisteredGroup(FileOptions):
    """Registered entities of one kind."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names that are registered, newest first."""
        remote, limit = _remote(ctx), _settings(ctx).limit
        match self.name:
            case "remote-task":
                found = [one.name for one in remote.list_tasks(limit=limit)]
            case "remote-workflow":
                found = [one.name for one in remote.list_workflows(limit=limit)]
            case _:
                found = [one.name for one in remote.list_launch_plans(limit=limit)]
        return list(dict.fromkeys(found))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """Fetch one and make its command."""
        from flyweight.cli.there import inputs_of_fetched, run_fetched

        settings = _settings(ctx)
        name, _, version = cmd_name.partition(":")
        fetched = _fetch(_remote(ctx), self.name or "", name, version or None)
        inputs = inputs_of_fetched(fetched)

        def invoke(**given: Any) -> None:
            run_fetched(_remote(ctx), fetched, collect(inputs, given), settings)

        text = f"Run {fetched.name}, version {fetched.version}."
        return EntityCommand(cmd_name, fixed=fetched.fixed, params=options_for(inputs), callback=invoke, help=text)


@click.group(cls=RunGroup)
@click.option("-r", "--remote", is_flag=True, help="On the platform; otherwise here, in this process.")
@click.option("-p", "--project", metavar="NAME", help="Where it is registered and runs. [default: flytesnacks]")
@click.option("-d", "--domain", metavar="NAME", help="Likewise. [default: development]")
@click.option("--wait", "--wait-execution", "wait", is_flag=True, help="Show progress and wait for the result.")
@click.option("--poll-interval", type=float, help="Taken for pyflyte's sake; progress is pushed.")
@click.option("--name", metavar="NAME", help="The execution's name.")
@click.option("--version", metavar="VERSION", help="Register under this version. [default: from code and environment]")
@click.option(
    "--copy",
    type=click.Choice(["auto", "all", "none"]),
    default="auto",
    show_default=True,
    help="Which files go along: the modules that were imported, everything below the root, or none.",
)
@click.option("--copy-all", is_flag=True, help="The same as --copy all.")
@click.option("--destination-dir", default=".", show_default=True, help="Where the code is unpacked.")
@click.option("-i", "--image", multiple=True, metavar="[NAME=]IMAGE", help="Image of tasks, by short name.")
@click.option("--envvars", "--env", "env", multiple=True, callback=pairs, metavar="K=V", help="For every task.")
@click.option("--tags", "--tag", "tags", multiple=True, metavar="TAG", help="Tags of the execution.")
@click.option("--labels", "--label", "labels", multiple=True, callback=pairs, metavar="K=V", help="Of the execution.")
@click.option(
    "--annotations", "--annotation", "annotations", multiple=True, callback=pairs, metavar="K=V", help="Likewise."
)
@click.option("--resource-requests", callback=amounts, metavar="cpu=1,mem=2Gi", help="Of tasks that name none.")
@click.option("--resource-limits", callback=amounts, metavar="cpu=1,mem=2Gi", help="Likewise.")
@click.option("--limit", default=50, show_default=True, help="How many registered entities a list shows.")
@click.option("--dump-snippet", is_flag=True, help="Print how a program gets at the execution.")
@click.option("--overwrite-cache", is_flag=True, help="Compute again what is cached, and cache it anew.")
@click.option("--interruptible", type=bool, help="Whether it may run where it can be interrupted.")
@click.option("--raw-output-data-prefix", "--raw-data-prefix", "raw_output", metavar="URI", help="Where files go.")
@click.option("--max-parallelism", type=click.IntRange(min=0), help="Nodes that may run at once; 0 is no limit.")
@click.option("--disable-notifications", is_flag=True, help="Send none.")
@click.option(
    "--signals", type=ValueOf(dict), metavar="JSON", help="Answers for the gates of a run here, by name, as an object."
)
@click.option("--service-account", metavar="NAME", help="Taken for pyflyte's sake.")
@click.option("--cluster-pool", metavar="NAME", help="Where on the platform it runs.")
@click.option("--execution-cluster-label", "--ecl", "cluster_label", metavar="LABEL", help="Likewise.")
@click.pass_context
def run(ctx: click.Context, **given: Any) -> None:
    """Run a task, workflow or launch plan: here, or with --remote on the platform.

    \b
      flyweight run hello.py greet_all --first Alan
      flyweight run --remote --wait hello.py greet_all
      flyweight run --remote reference_usage.py ref_wf --xs '[1, 2]'
    """  # noqa: D301 - the backspace itself keeps click from filling the lines
    del given["service_account"], given["poll_interval"]
    if given.pop("copy_all"):
        given["copy"] = "all"
    if given["remote"] and given["signals"] is not None:
        raise click.UsageError("--signals answers gates of a run here; with --remote the platform asks for them.")
    named_place = given["project"] is not None or given["domain"] is not None
    ctx.meta["run"] = dataclasses.replace(RunSettings(**given), place_is_given=named_place)


def _entity_command(ctx: click.Context, entity: AnyEntity, name: str) -> click.Command:
    settings = _settings(ctx)
    inputs = inputs_of(entity)

    def invoke(**given: Any) -> None:
        if settings.remote:
            from flyweight.cli.there import run_there

            run_there(_remote(ctx), entity, collect(_optional(inputs, entity), given), settings)
        else:
            overwriting = {"FLYTE_LOCAL_CACHE_OVERWRITE": "true"} if settings.overwrite_cache else {}
            with signals(settings.signals or {}), apply_environment(overwriting):
                run_here(entity, collect(inputs, given))

    docstring = entity.interface.docstring
    text = "\n\n".join(part for part in (docstring.short, docstring.long) if part) or f"Run {entity.name}."
    fixed = entity.options.fixed_inputs if isinstance(entity, LaunchPlan) else ()
    return EntityCommand(name, fixed=fixed, params=options_for(inputs), callback=invoke, help=text)


def _optional(inputs: list[Input], entity: AnyEntity) -> list[Input]:
    """A reference's inputs may have a default on the platform, which is asked later."""
    if not hasattr(entity, "resource_type"):
        return inputs
    return [dataclasses.replace(one, default=one.default or "the launch plan's") for one in inputs]


def _settings(ctx: click.Context) -> RunSettings:
    found = ctx.find_root().meta.get("run")
    return found if isinstance(found, RunSettings) else RunSettings()


def _remote(ctx: click.Context) -> "FlyteRemote":
    from flyweight.cli.session import open_remote

    settings = _settings(ctx)
    return open_remote(ctx, project=settings.project, domain=settings.domain)


def _fetch(remote: "FlyteRemote", kind: str, name: str, version: str | None) -> "FetchedEntity":
    match kind:
        case "remote-task":
            return remote.fetch_task(name=name, version=version)
        case "remote-workflow":
            return remote.fetch_launch_plan(
                name=name, version=remote.fetch_workflow(name=name, version=version).version
            )
        case _:
            active = None if version else remote.fetch_active_launchplan(name=name)
            return active or remote.fetch_launch_plan(name=name, version=version)
