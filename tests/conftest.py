"""What tests of several kinds share: a real platform, and the stock flytekit's environment."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import STOCK, LivePlatform, live_platform


@pytest.fixture(scope="session", autouse=True)
def _no_local_cache() -> Iterator[None]:
    """Let no test find what another one, or yesterday's run, has cached in this user's folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FLYTE_LOCAL_CACHE_ENABLED", "false")
        yield


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables and nothing in them, to be copied: that takes a fifth of making the tables anew."""
    from flyweight.store.database import Database

    file = tmp_path_factory.mktemp("database") / "flyweight.db"
    Database.open(file).close()
    return file


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePlatform]:
    """A platform for a module of tests, as ``flyweight up`` starts it."""
    with live_platform(tmp_path_factory.mktemp("platform")) as running:
        yield running


@pytest.fixture(scope="session")
def stock_python() -> Path:
    """The interpreter of the environment that holds the stock flytekit."""
    if not (STOCK / "python").exists():
        pytest.skip("the stock flytekit is not installed: tests/parts.sh creates .interop/venv")
    return STOCK / "python"
