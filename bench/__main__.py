"""Runs every measurement once, prints a table of figures and ratios, and writes them as JSON to ``bench/results``."""

import argparse
import json
import platform as machine
import shutil
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import commands, runs
from bench.measure import Figure, cores
from tests.live import ROOT, STOCK

RESULTS = Path(__file__).parent / "results"


def on_the_platform(stock: Path | None) -> list[Figure]:
    """Measure everything that needs a running platform."""
    import flyweight
    from flyweight.client.config import Config
    from flyweight.client.remote import FlyteRemote

    sys.path.insert(0, str(runs.WORKLOADS))
    import shapes

    with tempfile.TemporaryDirectory(prefix="flyweight-bench-") as folder:
        platform, figures = runs.start(Path(folder))
        try:
            remote = FlyteRemote(Config.for_endpoint(platform.endpoint, insecure=True))
            figures += runs.one_task(remote, shapes.one)
            fan_out = runs.shape(remote, shapes.fan_out_1000, tasks=1001, result=1000)
            figures.append(
                Figure(name="fan-out of 1,000", unit="tasks/s", ours=1001 / fan_out, goal=800, higher_is_better=True)
            )
            chain = runs.shape(remote, shapes.chain_200, tasks=200, result=0)
            figures.append(Figure(name="chain of 200", unit="ms a step", ours=chain * 1000 / 200, goal=5))
        finally:
            platform.stop()
    mine = runs.local_chain(sys.executable, flyweight.__name__)
    theirs = runs.local_chain(str(stock / "python"), "flytekit") if stock else None
    return [*figures, Figure(name="local task call", unit="ms", ours=mine, peer=theirs, ratio_goal=1 / 4)]


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
    parser.add_argument("--without-install", action="store_true", help="leave out the fresh installation")
    arguments = parser.parse_args()
    stock = STOCK if (STOCK / "python").exists() else None
    figures = [commands.import_time(stock), commands.cold_local_run(stock)]
    figures += on_the_platform(stock)
    uv = shutil.which("uv") or str(ROOT / ".venv-uv/bin/uv")
    if not arguments.without_install:
        figures += commands.installation(uv, ROOT)
    Console(width=120).print(table(figures))
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(tz=UTC)
    report = RESULTS / f"{now:%Y%m%dT%H%M%S}.json"
    rows = [{**asdict(f), "ratio": f.ratio, "holds": f.holds} for f in figures]
    report.write_text(json.dumps({"at": now.isoformat(), "cores": cores(), "figures": rows}, indent=1))
    print(f"written to {report.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
