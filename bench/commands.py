"""What a user waits for in the shell: import, a cold local run, and the size of the installation."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measure import Figure, pairs, wall

WORKLOADS = Path(__file__).parent / "workloads"


def import_time(stock: Path | None) -> Figure:
    """``import flyweight`` against ``import flytekit``, the interpreter's own start taken off both."""

    def timed(python: str, module: str) -> float:
        script = f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
        return float(subprocess.run([python, "-c", script], capture_output=True, text=True, check=True).stdout)

    def ours() -> float:
        return timed(sys.executable, "flyweight")

    if stock is None:
        return Figure(name="import", unit="s", ours=min(ours() for _ in range(5)))
    mine, theirs = pairs(ours, lambda: timed(str(stock / "python"), "flytekit"), rounds=5)
    return Figure(name="import", unit="s", ours=mine, peer=theirs, ratio_goal=1 / 8)


def cold_local_run(stock: Path | None) -> Figure:
    """``flyweight run hello.py hello`` against ``pyflyte run``, from the shell to the prompt."""
    environment = {**os.environ, "FLYTE_SDK_LOGGING_LEVEL": "40"}
    mine = [sys.executable, "-m", "flyweight", "run", "hello_ours.py", "hello"]

    def ours() -> float:
        return wall(mine, environment=environment, folder=WORKLOADS)

    if stock is None:
        return Figure(name="cold local run", unit="s", ours=min(ours() for _ in range(5)))
    theirs = [str(stock / "pyflyte"), "run", "hello_stock.py", "hello"]
    measured = pairs(ours, lambda: wall(theirs, environment=environment, folder=WORKLOADS), rounds=5)
    return Figure(name="cold local run", unit="s", ours=measured[0], peer=measured[1], ratio_goal=1 / 4)


def installation(uv: str, root: Path) -> list[Figure]:
    """Install the built package alone, without extras, into an empty environment; count and weigh what came."""
    with tempfile.TemporaryDirectory() as folder:
        environment = Path(folder) / "env"
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, environment], check=True)
        subprocess.run([uv, "pip", "install", "-q", "--python", environment / "bin/python", root], check=True)
        packages = environment.glob("lib/python*/site-packages/*.dist-info")
        count = len(list(packages))
        size = sum(f.stat().st_size for f in environment.rglob("*") if f.is_file() and not f.is_symlink()) / 2**20
    return [
        Figure(name="installed packages", unit="", ours=count, goal=29),
        Figure(name="installed size", unit="MB", ours=size, goal=120),
    ]
