"""``flyweight build FILE ENTITY``: makes environments for images that are described, and says where tasks run."""

import click

from flyweight.cli.loading import find_entity, load_module
from flyweight.client.images import build as build_all
from flyweight.client.images import image_specs
from flyweight.compile.needs import needs, task_of
from flyweight.containers.environments import BUILT, Environments
from flyweight.settings import OWN_FLAVOR, load_platform_settings


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("file")
@click.argument("entity")
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[pyflyte's options]")
def build(file: str, entity: str, options: tuple[str, ...]) -> None:
    """Make a Python environment for each ImageSpec of an entity's tasks, and show where each task runs.

    A platform with the same data folder on this machine finds them at once; no container image is built.
    """
    del options
    found = find_entity(load_module(file), entity)
    settings = load_platform_settings()
    build_all(image_specs(found), settings)
    environments = Environments(settings.environments, settings.data_dir / BUILT)
    for needed in dict.fromkeys(needs(found)):
        task = task_of(needed)
        if task is not None:
            image = task.options.container_image
            runs_in = (environments.named(image) if image else None) or settings.environments[OWN_FLAVOR]
            click.echo(f"{task.name}: {image or 'the default image'} runs in {runs_in}")
