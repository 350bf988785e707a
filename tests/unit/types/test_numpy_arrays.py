"""NumPy's arrays as files: the wire form, there and back, and what does not fit."""

from typing import Annotated

import numpy as np
import numpy.typing as npt
import pytest

from flyweight import kwtypes, task
from flyweight.errors import TypeMismatch
from flyweight.types import BlobData, Registry
from tests.unit.types.wire import round_trip, text


def test_an_array_is_a_file(registry: Registry, data: BlobData) -> None:
    assert text(registry.literal_type(np.ndarray)) == 'blob { format: "NumpyArray" }'
    literal = registry.to_literal(np.arange(3), np.ndarray)
    assert literal.scalar.blob.uri.endswith(".npy")
    assert literal.scalar.blob.metadata.type.format == "NumpyArray"
    assert registry.guess(registry.literal_type(np.ndarray)) is np.ndarray


@pytest.mark.parametrize("array", [np.arange(6).reshape(2, 3), np.array(1.5), np.array([], dtype=np.float32)])
def test_arrays_come_back(registry: Registry, data: BlobData, array: np.ndarray) -> None:
    back = round_trip(registry, array, npt.NDArray[np.float64])
    assert back.dtype == array.dtype
    assert np.array_equal(back, array)


def test_the_annotation_says_how_the_file_is_read(registry: Registry, data: BlobData) -> None:
    mapped = round_trip(registry, np.arange(3), Annotated[np.ndarray, kwtypes(mmap_mode="r")])
    assert isinstance(mapped, np.memmap)
    objects = np.array([{"a": 1}])
    assert round_trip(registry, objects, Annotated[np.ndarray, kwtypes(allow_pickle=True)])[0] == {"a": 1}
    with pytest.raises(TypeMismatch, match="allow_pickle=True"):
        registry.to_literal(objects, np.ndarray)


def test_a_list_is_no_array(registry: Registry, data: BlobData) -> None:
    with pytest.raises(TypeMismatch, match=r"numpy\.asarray"):
        registry.to_literal([1, 2], np.ndarray)


def test_tasks_pass_arrays() -> None:
    @task
    def scaled(xs: npt.NDArray[np.float64], by: float = 2.0) -> npt.NDArray[np.float64]:
        return xs * by

    assert np.array_equal(scaled(xs=np.ones(2)), np.array([2.0, 2.0]))
