"""``flyweight info``: the versions of this client, its Python, and the platform it speaks to."""

import platform

import click

from flyweight import __version__
from flyweight.cli.session import open_remote


@click.command()
@click.pass_context
def info(ctx: click.Context) -> None:
    """Show versions, to compare them or to report a fault."""
    click.echo(f"client    flyweight {__version__}, Python {platform.python_version()}")
    remote = open_remote(ctx)
    click.echo(f"platform  {remote.platform_version()} at {remote.address}")
