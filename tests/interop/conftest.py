"""A platform that knows the stock flytekit's environment by the image its tasks name, and programs registered on it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import LivePlatform

PROGRAMS = Path(__file__).parent / "programs"
VERSIONS = ("v1", "v2")
REGISTERED = ("pipeline.py", "kinds.py", "apart.py", "cached.py", "control.py", "dynamics.py", "mapping.py")


def told(platform: LivePlatform, program: str, *arguments: str) -> dict:
    """Run a program of the stock environment, and give what it tells in its last line."""
    done = platform.stock("python", program, platform.endpoint, *arguments, cwd=PROGRAMS)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="session")
def stock_platform(tmp_path_factory: pytest.TempPathFactory, stock_python: Path) -> Iterator[LivePlatform]:
    """A platform whose configuration maps flytekit's default image to the stock environment."""
    platform = LivePlatform(tmp_path_factory.mktemp("stock") / "data")
    platform.data_dir.mkdir(mode=0o700)
    (platform.data_dir / "config.yaml").write_text(f'environments:\n  "*flytekit*": {stock_python}\n')
    platform.start()
    try:
        yield platform
    finally:
        platform.stop()


@pytest.fixture(scope="session")
def registered(stock_platform: LivePlatform) -> LivePlatform:
    """The same, with the programs registered by ``pyflyte register``, some of them under two versions, and one by us."""
    stock_platform.run("register", "--version", "ours1", "ours.py", cwd=PROGRAMS)
    for version, programs in zip(VERSIONS, (REGISTERED, REGISTERED[:2]), strict=True):
        stock_platform.stock("pyflyte", "register", "--version", version, *programs, cwd=PROGRAMS)
    return stock_platform
