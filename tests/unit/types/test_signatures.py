"""A file that is not in the format of its annotation: a warning, or an error where python-magic is installed."""

import logging
from pathlib import Path

import pytest

from flyweight import FlyteFile
from flyweight.errors import TypeMismatch
from flyweight.types import signatures
from flyweight.types.registry import Registry
from flyweight.types.storage import BlobData


def test_a_file_of_another_format_is_told(
    registry: Registry, data: BlobData, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "fine.png").write_bytes(b"\x89PNG\r\n\x1a\nrest")
    (tmp_path / "fake.png").write_text("no picture")
    with caplog.at_level(logging.WARNING):
        registry.to_literal(FlyteFile(tmp_path / "fine.png"), FlyteFile["png"])
        registry.to_literal(FlyteFile(tmp_path / "fake.png"), FlyteFile["csv"])
        registry.to_literal(FlyteFile("s3://bucket/fake.png"), FlyteFile["png"])
        assert not caplog.records
        registry.to_literal(FlyteFile(tmp_path / "fake.png"), FlyteFile["png"])
    assert "fake.png is annotated as FlyteFile['png'], and no png file begins with b'no picture'" in caplog.text


def test_where_python_magic_is_installed_it_is_refused(
    registry: Registry, data: BlobData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site" / "magic").mkdir(parents=True)
    (tmp_path / "site" / "magic" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    signatures._refuses.cache_clear()
    (tmp_path / "fake.pdf").write_text("no document")
    try:
        with pytest.raises(TypeMismatch, match="no pdf file begins with b'no document'; write the file in that format"):
            registry.to_literal(FlyteFile(tmp_path / "fake.pdf"), FlyteFile["pdf"])
    finally:
        signatures._refuses.cache_clear()
