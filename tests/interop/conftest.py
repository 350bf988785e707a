"""A platform that knows the stock flytekit's environment by the image its tasks name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import LivePlatform

PROGRAMS = Path(__file__).parent / "programs"


@pytest.fixture(scope="module")
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
