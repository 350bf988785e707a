"""What stands before a command: the packages of ``--pkgs``, and the client that ``--config`` or this machine names."""

import click

from flyweight.client.config import Config
from flyweight.client.remote import FlyteRemote


def open_remote(ctx: click.Context, *, project: str | None = None, domain: str | None = None) -> FlyteRemote:
    """Give the client of this command line; the same for every use within one command.

    Raises:
        NotFound: no platform is configured and none runs on this machine.

    """
    root = ctx.find_root()
    known = root.meta.get("remote")
    if isinstance(known, FlyteRemote):
        return known
    config = root.obj.get("config") if isinstance(root.obj, dict) else None
    remote = FlyteRemote(
        config=Config.auto(config), default_project=project, default_domain=domain, interactive_mode_enabled=False
    )
    root.call_on_close(remote.close)
    root.meta["remote"] = remote
    return remote


def packages_of(ctx: click.Context) -> tuple[str, ...]:
    """Give what --pkgs named.

    Raises:
        click.UsageError: it was not given.

    """
    root = ctx.find_root()
    packages: tuple[str, ...] = root.obj.get("packages", ()) if isinstance(root.obj, dict) else ()
    if not packages:
        raise click.UsageError("Which packages? Name them before the command: flyweight --pkgs PACKAGE ...")
    return packages
