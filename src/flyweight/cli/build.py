"""``flyweight build FILE ENTITY``: says which images tasks name, and what stands for them here."""

import click

from flyweight.cli.loading import find_entity, load_module
from flyweight.compile.needs import needs
from flyweight.sdk.base_task import PythonTask


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("file")
@click.argument("entity")
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[pyflyte's options]")
def build(file: str, entity: str, options: tuple[str, ...]) -> None:
    """Show the images that an entity's tasks name. Tasks run in Python environments here, so no image is built."""
    del options
    found = find_entity(load_module(file), entity)
    for needed in dict.fromkeys(needs(found)):
        if isinstance(needed, PythonTask):
            click.echo(f"{needed.name}: {needed.options.container_image or 'the default image'}")
    click.echo(
        "Nothing was built: a platform runs a task in the Python environment that its configuration names for the "
        "task's image (environments in config.yaml), else in its own."
    )
