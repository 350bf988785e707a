"""``flyweight fetch flyte://...``: shows literals, or downloads what lies behind them."""

from pathlib import Path

import click

from flyweight.cli.session import open_remote
from flyweight.client.outputs import LiteralsResolver


@click.command()
@click.argument("address", metavar="flyte://v1/PROJECT/DOMAIN/EXECUTION/NODE/{i|o|d}[/NAME]")
@click.argument("target", required=False, type=click.Path(path_type=Path))
@click.option("-r", "--recursive", is_flag=True, help="Download the files of all values into the folder TARGET.")
@click.pass_context
def fetch(ctx: click.Context, address: str, target: Path | None, *, recursive: bool) -> None:
    """Show an execution's inputs or outputs, or a deck; with TARGET, write that text there.

    With --recursive, TARGET is a folder that gets the files, folders and dataframes of all values, and structured
    values as JSON.
    """
    remote = open_remote(ctx)
    found = remote.values_at(address)
    last = address.rstrip("/").rpartition("/")[2]
    text = found if isinstance(found, str) else _shown(found, last)
    if target is None or (recursive and isinstance(found, LiteralsResolver)):
        click.echo(text)
    if target is None:
        return
    if recursive and isinstance(found, LiteralsResolver):
        for where, path in remote.download(found, target).items():
            click.echo(f"{where} written to {path}")
        return
    path = target / last if target.is_dir() else target
    path.write_text(text)
    click.echo(f"Written to {path}.")


def _shown(found: LiteralsResolver, last: str) -> str:
    """Show values by name, and a single one by itself."""
    if list(found) == [last]:
        return str(found[last])
    return "\n".join(f"{name}: {value}" for name, value in found.items())
