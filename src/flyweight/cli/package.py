"""``flyweight --pkgs PKG package`` and ``serialize``: specs as files, for other Flyte tools to register."""

import contextlib
import io
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from flyweight.cli.loading import load_entities
from flyweight.cli.options import pairs
from flyweight.cli.session import packages_of
from flyweight.cli.settings import read_images
from flyweight.compile.bundle import CopyStyle, pack
from flyweight.compile.packaging import BUNDLE, DESTINATION, package_files, package_specs
from flyweight.compile.settings import SerializationSettings
from flyweight.errors import AlreadyExists, InvalidInput


@click.command()
@click.option("-i", "--image", multiple=True, metavar="[NAME=]IMAGE", help="Image of tasks, by short name.")
@click.option(
    "-s",
    "--source",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder that the packages stand in. [default: this one]",
)
@click.option(
    "-o",
    "--output",
    default="flyte-package.tgz",
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The package to write.",
)
@click.option("--fast", is_flag=True, help="The same as --copy all.")
@click.option(
    "--copy",
    type=click.Choice(["all", "auto", "none"]),
    default="none",
    show_default=True,
    help="Which files go along: everything below the source, the modules that were imported, or none.",
)
@click.option("-f", "--force", is_flag=True, help="Write over an older package.")
@click.option("-p", "--python-interpreter", metavar="PATH", help="Taken for pyflyte's sake.")
@click.option(
    "-d", "--in-container-source-path", "destination", default="/root", show_default=True, help="Where the code goes."
)
@click.option("--deref-symlinks", is_flag=True, help="Taken for pyflyte's sake; links are followed.")
@click.option("--env", "--envvars", "env", multiple=True, callback=pairs, metavar="K=V", help="For every task.")
@click.pass_context
def package(ctx: click.Context, source: Path, output: Path, **given: Any) -> None:
    """Write a package of all tasks, workflows and launch plans of the packages that --pkgs names.

    \b
      flyweight --pkgs app.workflows package --image registry/app:v1 -o app.tgz -f
    """  # noqa: D301 - the backspace itself keeps click from filling the lines
    copy = "all" if given["fast"] else given["copy"]
    output = output.absolute()
    if output.exists() and not given["force"]:
        raise AlreadyExists(f"There is a file {output} already. Write over it with --force, or to another with -o.")
    settings = SerializationSettings(
        project="",
        domain="",
        image_config=read_images(given["image"]),
        env=given["env"],
        bundle_uri="" if copy == "none" else BUNDLE,
        destination_dir=given["destination"],
    )
    files = _compiled(packages_of(ctx), source, settings)
    if copy != "none":
        bundle = pack(source, CopyStyle(copy))
        files.append((bundle.name, bundle.content))
    _write_archive(output, files)
    _tell(files, output)


@click.group()
@click.option("-i", "--image", multiple=True, metavar="[NAME=]IMAGE", help="Image of tasks, by short name.")
@click.option(
    "--local-source-root",
    "source",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder that the packages stand in. [default: this one]",
)
@click.option("--in-container-config-path", hidden=True)
@click.option("--in-container-virtualenv-root", hidden=True)
@click.option("--env", "--envvars", "env", multiple=True, callback=pairs, metavar="K=V", help="For every task.")
@click.pass_context
def serialize(ctx: click.Context, **given: Any) -> None:
    """Write specs as files into a folder: the same files as a package has."""
    ctx.meta["serialize"] = given


@serialize.command()
@click.option("-f", "--folder", default=".", type=click.Path(file_okay=False, path_type=Path), help="Where to write.")
@click.pass_context
def workflows(ctx: click.Context, folder: Path) -> None:
    """Write the specs; the image holds the code."""
    _serialize(ctx, folder, fast=False)


@serialize.group()
def fast() -> None:
    """Write the specs and the code."""


@fast.command(name="workflows")
@click.option("-f", "--folder", default=".", type=click.Path(file_okay=False, path_type=Path), help="Where to write.")
@click.option("--deref-symlinks", is_flag=True, help="Taken for pyflyte's sake; links are followed.")
@click.pass_context
def fast_workflows(ctx: click.Context, folder: Path, deref_symlinks: bool) -> None:
    """Write the specs, and the code as an archive."""
    del deref_symlinks
    _serialize(ctx, folder, fast=True)


def _serialize(ctx: click.Context, folder: Path, *, fast: bool) -> None:
    given = ctx.meta["serialize"]
    settings = SerializationSettings(
        project="",
        domain="",
        image_config=read_images(given["image"]),
        env=given["env"],
        bundle_uri=BUNDLE if fast else "",
        destination_dir=DESTINATION if fast else ".",
    )
    files = _compiled(packages_of(ctx), given["source"], settings)
    if fast:
        bundle = pack(given["source"], CopyStyle.ALL)
        files.append((bundle.name, bundle.content))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files:
        (folder / name).write_bytes(content)
    _tell(files, folder)


def _compiled(packages: Iterable[str], source: Path, settings: SerializationSettings) -> list[tuple[str, bytes]]:
    with contextlib.chdir(source):  # packages are named as seen from there
        return list(package_files(package_specs(load_entities(tuple(packages)), settings)))


def _write_archive(output: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write a package; the same files give the same bytes.

    Raises:
        InvalidInput: it cannot be written there.

    """
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=9) as archive:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(packed.getvalue())
    except OSError as error:
        raise InvalidInput(f"{output} cannot be written: {error.strerror}.") from error


def _tell(files: list[tuple[str, bytes]], place: Path) -> None:
    for name, _ in files:
        click.echo(f"  {name}")
    click.echo(f"Wrote {len(files)} files to {place}")
