"""Runs every measurement, prints a table of figures and ratios, writes them as JSON; fails if a promise is missed."""

import argparse
import json
import os
import platform as machine
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from rich.console import Console
from rich.table import Table

from bench import commands, orchestration, runs
from bench import stock as stock_task
from bench.loads import LOADS
from bench.measure import Figure, alone, cores, pairs
from flyweight.client.config import Config
from flyweight.client.remote import FlyteRemote
from tests.live import ROOT, STOCK, LivePlatform

RESULTS = Path(__file__).parent / "results"


def on_the_platform(wanted: Sequence[str]) -> list[Figure]:
    """Measure what needs a running platform: the loads that are wanted, and the rest if none is named."""
    sys.path.insert(0, str(runs.WORKLOADS))
    import shapes

    with tempfile.TemporaryDirectory(prefix="flyweight-bench-") as folder:
        platform, figures = runs.start(Path(folder))
        try:
            remote = FlyteRemote(Config.for_endpoint(platform.endpoint, insecure=True))
            if not wanted:
                figures += _at_rest(remote, platform, shapes)
            for name in wanted or LOADS:
                figures += LOADS[name](remote, platform, shapes)
        finally:
            platform.stop()
    return figures


def _at_rest(remote: FlyteRemote, platform: LivePlatform, shapes: ModuleType) -> list[Figure]:
    """Measure small runs on a platform that has nothing else to do."""
    figures = runs.one_task(remote, shapes.one)
    fan_out = runs.shape(remote, platform, shapes.fan_out_1000, tasks=1001, result=1000)
    figures.append(
        Figure(name="fan-out of 1,000", unit="tasks/s", ours=1001 / fan_out, goal=800, higher_is_better=True)
    )
    figures.append(Figure(name="memory after these runs", unit="MB", ours=runs.memory(platform)))
    return figures


def local_call(stock: Path | None) -> Figure:
    """Measure what a task call costs where no platform is."""

    def ours() -> float:
        return runs.local_chain(sys.executable, "flyweight")

    name = "local task call"
    if stock is None:
        return Figure(name=name, unit="ms", ours=alone(ours, rounds=3))
    mine, theirs = pairs(ours, lambda: runs.local_chain(str(stock / "python"), "flytekit"), rounds=3)
    return Figure(name=name, unit="ms", ours=mine, peer=theirs, ratio_goal=1 / 4)


def table(figures: list[Figure]) -> Table:
    """Lay the figures out for people."""
    out = Table(title=f"Flyweight beside the stock flytekit, {cores()} cores, Python {machine.python_version()}")
    for heading in ("", "ours", "flytekit", "ratio", "goal", ""):
        out.add_column(heading, justify="left" if not heading else "right")
    for f in figures:
        goals = []
        if f.goal is not None:
            goals.append(f"{'at least' if f.higher_is_better else 'at most'} {f.goal:g} {f.unit}")
        if f.ratio_goal is not None:
            goals.append(f"ratio at most 1/{1 / f.ratio_goal:.0f}")
        out.add_row(
            f.name,
            f"{f.ours:,.3g} {f.unit}" if f.ours < 100 else f"{f.ours:,.0f} {f.unit}",
            f"{f.peer:,.3g} {f.unit}" if f.peer is not None else "",
            f"1/{1 / f.ratio:.1f}" if f.ratio else "",
            ", ".join(goals),
            "" if not goals else "holds" if f.holds else "MISSED",
        )
    return out


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("loads", nargs="*", choices=[[], *LOADS], help="run these alone; everything without a name")
    parser.add_argument("--without-install", action="store_true", help="leave out the fresh installation")
    arguments = parser.parse_args()
    stock = STOCK if (STOCK / "python").exists() else None
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # for the platform and all that it starts
    load = [os.getloadavg()[0]]
    figures: list[Figure] = []
    if not arguments.loads:
        figures += [
            commands.import_time(stock, "import {}"),
            commands.import_time(stock, "from {} import task, workflow"),
            commands.cold_local_run(stock),
            local_call(stock),
        ]
    figures += on_the_platform(arguments.loads)
    if stock is not None and not arguments.loads:
        figures += stock_task.figures()
        figures += orchestration.figures()
    uv = shutil.which("uv") or str(ROOT / ".venv-uv/bin/uv")
    if not arguments.without_install and not arguments.loads:
        figures += commands.installation(uv, ROOT)
    load.append(os.getloadavg()[0])
    Console(width=120).print(table(figures))
    print(f"load before and after: {load[0]:.1f}, {load[1]:.1f} (this bench included; a quiet machine begins near 0)")
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(tz=UTC)
    report = RESULTS / f"{now:%Y%m%dT%H%M%S}.json"
    rows = [{**asdict(f), "ratio": f.ratio, "holds": f.holds} for f in figures]
    report.write_text(json.dumps({"at": now.isoformat(), "cores": cores(), "load": load, "figures": rows}, indent=1))
    print(f"written to {report.relative_to(ROOT)}")
    missed = [f.name for f in figures if not f.holds]
    if missed:
        sys.exit(f"MISSED: {', '.join(missed)}")


if __name__ == "__main__":
    main()
