"""Values that are one file each: images, estimators, open files, and what torch saves."""

import io
import typing
from pathlib import Path

import pytest

from flyweight.errors import InvalidInput, TypeMismatch
from flyweight.types import BlobData, Registry
from flyweight.types.torch_objects import PyTorchCheckpoint
from tests.unit.types.wire import round_trip, text


def test_images(registry: Registry, data: BlobData):
    images = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    assert text(registry.literal_type(images.Image)) == 'blob { format: "PIL.Image" }'
    image = images.new("RGB", (2, 3), color=(1, 2, 3))
    back = round_trip(registry, image, images.Image)
    assert (back.size, back.getpixel((0, 0))) == ((2, 3), (1, 2, 3))
    assert registry.to_html(image, images.Image).startswith('<img src="data:image/png;base64,')
    with pytest.raises(TypeMismatch, match="convert"):
        registry.to_literal(images.new("CMYK", (1, 1)), images.Image)
    with pytest.raises(TypeMismatch, match="expected Image, got 3"):
        registry.to_literal(3, images.Image)


@pytest.mark.slow  # scikit-learn takes its time to load
def test_estimators(registry: Registry, data: BlobData):
    dummy = pytest.importorskip("sklearn.dummy", reason="scikit-learn is not installed")
    base = pytest.importorskip("sklearn.base").BaseEstimator
    model = dummy.DummyRegressor().fit([[0.0], [1.0]], [3.0, 5.0])
    for annotation in (dummy.DummyRegressor, base):
        literal = registry.to_literal(model, annotation)
        assert literal.scalar.blob.metadata.type.format == "SklearnEstimator"
        assert registry.to_python(literal, annotation).predict([[2.0]])[0] == pytest.approx(4.0)
    assert registry.guess(registry.literal_type(base)) is base


def test_open_files(registry: Registry, data: BlobData, tmp_path: Path):
    (tmp_path / "a.txt").write_text("one\ntwo\n")
    with (tmp_path / "a.txt").open() as file:
        file.readline()
        with round_trip(registry, file, typing.TextIO) as back:
            assert back.read() == "two\n"
    with round_trip(registry, io.BytesIO(b"ab"), typing.BinaryIO) as back:
        assert back.read() == b"ab"
    with (tmp_path / "b.txt").open("w") as file, pytest.raises(TypeMismatch, match="return a FlyteFile"):
        registry.to_literal(file, typing.TextIO)
    with pytest.raises(TypeMismatch, match=r"io\.StringIO"):
        registry.to_literal(io.BytesIO(b""), typing.TextIO)


def test_a_blob_of_another_family_is_refused(registry: Registry):
    with pytest.raises(TypeMismatch, match="holds integer"):
        registry.to_python(registry.to_literal(1, int), typing.TextIO)


def test_tensors_modules_and_checkpoints(registry: Registry, data: BlobData):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    tensor = torch.arange(6).reshape(2, 3)
    assert torch.equal(round_trip(registry, tensor, torch.Tensor), tensor)
    module = torch.nn.Linear(2, 1)
    back = round_trip(registry, module, torch.nn.Module)
    assert torch.equal(back.weight, module.weight)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    kept = round_trip(registry, PyTorchCheckpoint(module, {"epochs": 3}, optimizer), PyTorchCheckpoint)
    assert set(kept) == {"module_state_dict", "epochs", "optimizer_state_dict"}


def test_a_checkpoint_of_nothing_is_refused():
    with pytest.raises(InvalidInput, match="needs a module"):
        PyTorchCheckpoint()


def test_what_is_stored_under_the_name_and_is_none_is_told(registry: Registry, data: BlobData):
    images = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    literal = registry.to_literal(images.new("RGB", (1, 1)), images.Image)
    data.put_bytes(b"no image", literal.scalar.blob.uri)
    with pytest.raises(TypeMismatch, match=r"image\.png cannot be read as Image: UnidentifiedImageError"):
        registry.to_python(literal, images.Image)


@pytest.mark.slow
def test_what_cannot_be_stored_is_told(registry: Registry, data: BlobData):
    base = pytest.importorskip("sklearn.base", reason="scikit-learn is not installed").BaseEstimator

    class Local(base):
        def __init__(self, function=None):
            self.function = function

    with pytest.raises(TypeMismatch, match="cannot be stored: PicklingError"):
        registry.to_literal(Local(lambda: 1), base)
