"""``flyweight register FILE_OR_PACKAGE...``: every entity of files, folders or packages, under one version."""

from typing import Any

import click

from flyweight.cli.loading import AnyEntity, load_entities
from flyweight.cli.options import amounts, pairs
from flyweight.cli.session import open_remote, packages_of
from flyweight.cli.settings import read_images
from flyweight.errors import FlyweightError
from flyweight.sdk.launch_plan import LaunchPlan
from flyweight.sdk.resources import Resources
from flyweight.sdk.workflow import Workflow


@click.command()
@click.argument("places", nargs=-1, metavar="FILE_OR_PACKAGE...")
@click.option("-p", "--project", metavar="NAME", help="Where to register. [default: flytesnacks]")
@click.option("-d", "--domain", metavar="NAME", help="Likewise. [default: development]")
@click.option("-v", "--version", metavar="VERSION", help="Under this version. [default: from code and environment]")
@click.option(
    "--copy",
    type=click.Choice(["all", "auto", "none"]),
    default="all",
    show_default=True,
    help="Which files go along: everything below the root, the modules that were imported, or none.",
)
@click.option("--non-fast", is_flag=True, help="The same as --copy none: the image holds the code.")
@click.option("-i", "--image", multiple=True, metavar="[NAME=]IMAGE", help="Image of tasks, by short name.")
@click.option(
    "-D",
    "--destination-directory",
    "--destination-dir",
    "destination_dir",
    default=".",
    show_default=True,
    help="Where the code is unpacked.",
)
@click.option("--env", "--envvars", "env", multiple=True, callback=pairs, metavar="K=V", help="For every task.")
@click.option("--resource-requests", callback=amounts, metavar="cpu=1,mem=2Gi", help="Of tasks that name none.")
@click.option("--resource-limits", callback=amounts, metavar="cpu=1,mem=2Gi", help="Likewise.")
@click.option(
    "--activate-launchplans", "--activate-launchplan", "activate", is_flag=True, help="Make them the active ones."
)
@click.option("--dry-run", is_flag=True, help="Say what would be registered.")
@click.option("--skip-errors", "--skip-error", is_flag=True, help="Go on with the rest when an entity fails.")
@click.option("--service-account", metavar="NAME", hidden=True)
@click.option("-o", "--output", metavar="PATH", hidden=True)
@click.option("--raw-data-prefix", metavar="URI", hidden=True)
@click.option("--deref-symlinks", is_flag=True, hidden=True)
@click.pass_context
def register(ctx: click.Context, places: tuple[str, ...], dry_run: bool, **given: Any) -> int:
    """Register tasks, workflows and launch plans; what is registered already is not sent again."""
    entities = load_entities(places or packages_of(ctx))
    if dry_run:
        for entity in entities:
            click.echo(f"{_kind(entity)} {entity.name}")
        return 0
    remote = open_remote(ctx, project=given["project"], domain=given["domain"])
    images = read_images(given["image"])
    failed = 0
    for entity in entities:
        try:
            done = remote.register(
                entity,
                version=given["version"],
                copy="none" if given["non_fast"] else given["copy"],
                image_config=images,
                env=given["env"],
                destination_dir=given["destination_dir"],
                default_resources=Resources(**given["resource_requests"]) if given["resource_requests"] else None,
                default_limits=Resources(**given["resource_limits"]) if given["resource_limits"] else None,
            )
        except FlyweightError as error:
            if not given["skip_errors"]:
                raise
            click.secho(f"{_kind(entity)} {entity.name}: {error.message}", fg="red", err=True)
            failed += 1
            continue
        click.echo(f"{_kind(entity)} {entity.name} {done.id.version}{'' if done.sent else ' (was there)'}")
        if given["activate"] and isinstance(entity, LaunchPlan):
            remote.activate_launchplan(done.id)
    return 1 if failed else 0


def _kind(entity: AnyEntity) -> str:
    match entity:
        case LaunchPlan():
            return "launch plan"
        case Workflow():
            return "workflow"
        case _:
            return "task"
