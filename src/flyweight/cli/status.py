"""``flyweight status``: whether a platform runs here, where, which version, how busy; exit code 1 when none does."""

from pathlib import Path

import click

from flyweight.cli.up import health
from flyweight.settings import discover


@click.command()
@click.option("--data-dir", type=click.Path(path_type=Path), help="Which platform. [default: ~/.flyweight]")
def status(data_dir: Path | None) -> int:
    """Say whether a platform runs, where, and how busy it is."""
    running = discover(data_dir)
    if running is None:
        click.echo("No platform runs here. Start one with: flyweight up")
        return 1
    told = health(running.address)
    if told is None:
        click.echo(f"Process {running.pid} is there, but {running.address} does not answer.", err=True)
        return 1
    click.echo(f"Flyweight {running.version} runs at {running.address} (process {running.pid}).")
    click.echo(f"Console: http://{running.address}/console")
    click.echo(f"Limits of tasks: {told.get('limits', 'unknown')}.")
    if "load" in told:  # an older one does not say
        text = "Executions that run: {executions}. Attempts: {busy} of {slots} slots busy, {queued} queued."
        click.echo(text.format(**told["load"]))
    return 0
