"""``flyweight down``: asks the platform of a data folder to stop, and waits until it has."""

import os
import signal
import threading
from pathlib import Path
from typing import Final

import click

from flyweight.clock import SystemClock
from flyweight.settings import discover, lives

STOP_SECONDS: Final = 30.0
LOOK_EVERY: Final = 0.02


@click.command()
@click.option("--data-dir", type=click.Path(path_type=Path), help="Which platform. [default: ~/.flyweight]")
def down(data_dir: Path | None) -> int:
    """Stop the platform. Unfinished executions go on at the next `flyweight up`."""
    running = discover(data_dir)
    if running is None:
        click.echo("No platform runs.")
        return 0
    clock, pause = SystemClock(), threading.Event()
    os.kill(running.pid, signal.SIGTERM)
    end = clock.monotonic() + STOP_SECONDS
    while lives(running.pid):
        if clock.monotonic() > end:
            click.echo(f"Process {running.pid} has not stopped within {STOP_SECONDS:g} s; kill -9 is safe.", err=True)
            return 1
        pause.wait(LOOK_EVERY)
    click.echo("Stopped.")
    return 0
