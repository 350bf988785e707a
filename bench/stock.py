"""What a task of the stock flytekit takes, run by its own container command: submit to result, once warm."""

import statistics
import tempfile
import time
from pathlib import Path

from bench.measure import Figure
from bench.runs import WORKLOADS
from flyweight.client.config import Config
from flyweight.client.remote import FlyteRemote
from tests.live import STOCK, LivePlatform

ROUNDS = 40


def figures() -> list[Figure]:
    """Run a task that adds two numbers, one execution after the other."""
    with tempfile.TemporaryDirectory(prefix="flyweight-bench-") as folder:
        platform = knowing_the_stock(Path(folder), "hello_stock.py")
        try:
            remote = FlyteRemote(Config.for_endpoint(platform.endpoint, insecure=True))
            task = remote.fetch_task(name="hello_stock.add", version="bench")
            timed = []
            for number in range(ROUNDS):
                begun = time.perf_counter()
                execution = remote.execute(task, inputs={"a": number, "b": 1}, wait=True)
                assert execution.outputs["o0"] == number + 1
                timed.append((time.perf_counter() - begun) * 1000)
        finally:
            platform.stop()
    warm = statistics.median(timed[ROUNDS // 4 :])
    return [Figure(name="a task of the stock's, submit to result, p50", unit="ms", ours=warm, goal=200)]


def knowing_the_stock(folder: Path, program: str) -> LivePlatform:
    """Start a platform whose environments have the stock flytekit, and register a workload on it by ``pyflyte``."""
    platform = LivePlatform(folder / "data")
    platform.data_dir.mkdir(mode=0o700)
    (platform.data_dir / "config.yaml").write_text(f'environments:\n  "*flytekit*": {STOCK}/python\n')
    platform.start()
    platform.stock("pyflyte", "register", "--version", "bench", program, cwd=WORKLOADS)
    return platform


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name}: {figure.ours:.1f} {figure.unit}")
