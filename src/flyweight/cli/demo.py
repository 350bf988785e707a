"""``flyweight demo``: starts the platform if none runs, and runs a pipeline on real data."""

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from flyweight.clock import SystemClock
from flyweight.errors import MissingExtra
from flyweight.settings import child_environment, default_data_dir

PIPELINE = Path(__file__).with_name("digits.py")
NEEDS = (("sklearn", "scikit-learn"), ("pandas", "pandas"), ("pyarrow", "pyarrow"))


@click.command()
@click.option("--exit", "leave", is_flag=True, help="Stop the platform at the end, if the demo started it.")
@click.option("--port", default=30080, show_default=True, help="Port of the platform that is started.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Its data folder. [default: ~/.flyweight]")
@click.option("--copy-to", type=click.Path(path_type=Path), help="Only write the pipeline there, to change it.")
def demo(leave: bool, port: int, data_dir: Path | None, copy_to: Path | None) -> None:
    """Run a pipeline on real data: handwritten digits, three classifiers side by side, live decks."""
    if copy_to is not None:
        target = copy_to / PIPELINE.name if copy_to.is_dir() else copy_to
        shutil.copyfile(PIPELINE, target)
        click.echo(f"Written to {target}. Run it with: flyweight run --remote --wait {target} digits")
        return
    for module, library in NEEDS:
        if importlib.util.find_spec(module) is None:
            raise MissingExtra(library, "demo")
    clock, out = SystemClock(), Console()
    began = clock.monotonic()
    folder = ["--data-dir", str(data_dir)] if data_dir else []
    where = data_dir or default_data_dir()
    started = _flyweight("status", *folder, quiet=True) != 0
    if started and (code := _flyweight("up", "--detach", "--port", str(port), *folder)):
        sys.exit(code)
    answered = clock.monotonic()
    pipeline = where / "demo" / PIPELINE.name
    pipeline.parent.mkdir(exist_ok=True)
    shutil.copyfile(PIPELINE, pipeline)
    try:
        platform = {"FLYWEIGHT_DATA_DIR": str(where)}
        code = _flyweight("run", "--remote", "--wait", str(pipeline), "digits", environment=platform)
        ended = clock.monotonic()
        timings = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
        timings.add_row("platform", f"{answered - began:.1f} s" if started else "was running already")
        timings.add_row("register, run, result", f"{ended - answered:.1f} s")
        out.print(timings)
    finally:
        if leave and started:
            _flyweight("down", *folder)
    if not leave:
        click.echo("The platform stays up until `flyweight down`. To change the pipeline: `flyweight demo --copy-to .`")
    sys.exit(code)


def _flyweight(*arguments: str, quiet: bool = False, environment: dict[str, str] | None = None) -> int:
    """Run one of our own commands as a user would, and give its exit code."""
    command: Sequence[str] = (sys.executable, "-m", "flyweight", *arguments)
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(
        command, check=False, stdout=output, stderr=output, env=child_environment(environment or {})
    ).returncode
