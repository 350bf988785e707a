"""What a user waits for in the shell: import, a cold local run, and the size of the installation."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measure import Figure, alone, pairs, wall

WORKLOADS = Path(__file__).parent / "workloads"


def environment() -> dict[str, str]:
    """Give both sides the same: bytecode is cached, as it is for a user, and logging is kept down."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "FLYTE_SDK_LOGGING_LEVEL": "40"}


def import_time(stock: Path | None, what: str) -> Figure:
    """Time an import statement (``{}`` stands for the package) on both sides, without the interpreter's own start."""

    def timed(python: str, package: str) -> float:
        statement = what.format(package)
        script = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
        done = subprocess.run([python, "-c", script], env=environment(), capture_output=True, text=True, check=True)
        return float(done.stdout.split()[-1])

    def ours() -> float:
        return timed(sys.executable, "flyweight")

    name = what.format("...")
    if stock is None:
        return Figure(name=name, unit="s", ours=alone(ours, rounds=7))
    mine, theirs = pairs(ours, lambda: timed(str(stock / "python"), "flytekit"), rounds=7)
    # The promise is on the bare import, whose names load on use; what use costs is shown beside it.
    promise = 1 / 8 if what == "import {}" else None
    return Figure(name=name, unit="s", ours=mine, peer=theirs, ratio_goal=promise)


def cold_local_run(stock: Path | None) -> Figure:
    """``flyweight run hello.py hello`` against ``pyflyte run``, from the shell to the prompt."""
    variables = environment()
    mine = [sys.executable, "-m", "flyweight", "run", "hello_ours.py", "hello"]

    def ours() -> float:
        return wall(mine, environment=variables, folder=WORKLOADS)

    if stock is None:
        return Figure(name="cold local run", unit="s", ours=alone(ours, rounds=7))
    theirs = [str(stock / "pyflyte"), "run", "hello_stock.py", "hello"]
    measured = pairs(ours, lambda: wall(theirs, environment=variables, folder=WORKLOADS), rounds=7)
    return Figure(name="cold local run", unit="s", ours=measured[0], peer=measured[1], ratio_goal=1 / 4)


def installation(uv: str, root: Path) -> list[Figure]:
    """Install the built package alone, without extras, into an empty environment; count and weigh what came.

    Bytecode is compiled and weighed too, as ``pip install`` does it.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "env"
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, place], check=True)
        install = [uv, "pip", "install", "-q", "--compile-bytecode", "--python", place / "bin/python", root]
        subprocess.run(install, check=True)
        count = len(list(place.glob("lib/python*/site-packages/*.dist-info")))
        size = sum(f.stat().st_size for f in place.rglob("*") if f.is_file() and not f.is_symlink()) / 2**20
    return [
        Figure(name="installed packages", unit="", ours=count, goal=29),
        Figure(name="installed size", unit="MB", ours=size, goal=120),
    ]
