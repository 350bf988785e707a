"""``flyweight fetch flyte://...``: shows literals, or downloads what lies behind them."""

from pathlib import Path

import click

from flyweight.cli.session import open_remote
from flyweight.client.outputs import LiteralsResolver


@click.command()
@click.argument("address", metavar="flyte://v1/PROJECT/DOMAIN/EXECUTION/NODE/{i|o|d}[/NAME]")
@click.argument("target", required=False, type=click.Path(path_type=Path))
@click.pass_context
def fetch(ctx: click.Context, address: str, target: Path | None) -> None:
    """Show an execution's inputs or outputs, or save a deck; with TARGET, write it there."""
    found = open_remote(ctx).get(address)
    match found:
        case LiteralsResolver():
            text = "\n".join(f"{name}: {value}" for name, value in found.items())
        case bytes():
            text = found.decode(errors="replace")
        case _:
            text = str(found)
    if target is None:
        click.echo(text)
        return
    path = target / address.rstrip("/").rpartition("/")[2] if target.is_dir() else target
    path.write_text(text)
    click.echo(f"Written to {path}.")
