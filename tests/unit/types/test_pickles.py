"""The last resort: a pickle, a warning that names the type, and what cannot even be pickled."""

import importlib
import logging
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from flyweight.errors import TypeMismatch
from flyweight.types import BlobData, Registry, typed_interface
from flyweight.types.pickles import PickleCodec
from tests.unit.types.wire import round_trip

pytestmark = pytest.mark.usefixtures("data")


class Model:
    def __init__(self, weight: float) -> None:
        self.weight = weight


def test_types(registry: Registry):
    assert registry.literal_type(bytes).blob.format == "PythonPickle"
    assert registry.literal_type(bytes).metadata["python_class_name"] == "<class 'bytes'>"
    assert registry.literal_type(Any).metadata["python_class_name"] == "typing.Any"
    assert registry.guess(registry.literal_type(bytes)) is Any


def test_values_come_back(registry: Registry, data: BlobData):
    assert round_trip(registry, Model(1.5), Model).weight == 1.5
    assert round_trip(registry, {1, 2}, set[int] | None) == {1, 2}
    assert round_trip(registry, [1, "x", None], Any) == [1, "x", None]
    assert registry.to_literal(3j, complex).scalar.blob.uri.startswith(data.raw_prefix)


def test_a_warning_names_the_type_once(caplog: pytest.LogCaptureFixture):
    registry = Registry(last_resort=PickleCodec())
    with caplog.at_level(logging.WARNING, logger="flyweight.types"):
        for _ in range(2):
            registry.to_literal(Model(1), Model)
    assert len(caplog.records) == 1
    assert "Model has no type in Flyte and is sent as a pickle" in caplog.text


def test_an_interface_warns_too(caplog: pytest.LogCaptureFixture):
    registry = Registry(last_resort=PickleCodec())
    with caplog.at_level(logging.WARNING, logger="flyweight.types"):
        typed_interface({"model": Model}, {}, registry=registry)
    assert "Model has no type in Flyte" in caplog.text


def test_what_cannot_be_pickled_is_told(registry: Registry):
    with pytest.raises(TypeMismatch, match=r"lock cannot be pickled \(TypeError: .*FlyteFile"):
        registry.to_literal(threading.Lock(), Any)


def test_a_pickle_whose_code_is_not_here_names_what_is_missing(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "only_there.py").write_text("class Model: pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    literal = registry.to_literal(importlib.import_module("only_there").Model(), Any)
    (tmp_path / "only_there.py").unlink()
    monkeypatch.delitem(sys.modules, "only_there")
    importlib.invalidate_caches()
    with pytest.raises(TypeMismatch, match="cannot be imported here: No module named 'only_there'"):
        registry.to_python(literal, Any)


def test_none_is_no_value_of_a_class(registry: Registry):
    with pytest.raises(TypeMismatch, match="expected Model, got None"):
        registry.to_literal(None, Model)
