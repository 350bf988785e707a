"""``flyweight init NAME``: makes a folder with a project that runs, from one of our own templates."""

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

import click

_PYFLYTES: Final = "basic-template-imagespec"
"""pyflyte's own default, which stands for ours."""
_SUFFIX: Final = ".in"
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9._-]+")
"""What the name of a Python project cannot have."""


@click.command()
@click.argument("name", type=click.Path(path_type=Path))
@click.option("--template", metavar="NAME", default="basic", help="basic (the default), training or flytekit.")
def init(name: Path, template: str) -> None:
    """Make the folder NAME with a project in it: workflows, a test and a README."""
    known = {each.name: each for each in files("flyweight.cli").joinpath("templates").iterdir() if each.is_dir()}
    chosen = known.get("basic" if template == _PYFLYTES else template)
    if chosen is None:
        raise click.UsageError(f"There is no template {template!r}. There are: {', '.join(sorted(known))}.")
    if name.exists():
        raise click.UsageError(f"{name} is there already. Choose another name.")
    _copy(chosen, name, _NO_NAME.sub("-", name.absolute().name))
    click.echo(f"Made {name}. Its README.md says how to run it.")


def _copy(template: Traversable, folder: Path, name: str) -> None:
    folder.mkdir(parents=True)
    for each in template.iterdir():
        if each.is_dir():
            _copy(each, folder / each.name, name)
        else:
            text = each.read_text(encoding="utf-8").format(name=name)
            (folder / each.name.removesuffix(_SUFFIX)).write_text(text, encoding="utf-8")
