"""A registry with the built-in families, and data access below a test's own folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flyweight.types import BlobData, Registry, default_registry, use_data


@pytest.fixture
def registry() -> Registry:
    return default_registry()


@pytest.fixture
def data(tmp_path: Path) -> Iterator[BlobData]:
    """Raw output and scratch below the test's folder."""
    with use_data(BlobData(str(tmp_path / "raw"), tmp_path / "scratch")) as access:
        yield access
