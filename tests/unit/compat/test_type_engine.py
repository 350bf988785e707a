"""A type transformer written against flytekit serves in our registry, and flytekit's type engine answers by ours."""

import typing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flyteidl.core.types_pb2 import SimpleType

from flyweight import compat, task, workflow
from flyweight.errors import TypeMismatch
from flyweight.types import registry as registries


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The drop-in, and a registry that no other test sees."""
    compat.install()
    registries.default_registry.cache_clear()
    yield
    registries.default_registry.cache_clear()
    compat.uninstall()


class Fraction:
    def __init__(self, top: int, bottom: int) -> None:
        self.top, self.bottom = top, bottom


@dataclass
class Point:
    x: int


class SpecialPoint(Point): ...


def engine():
    from flytekit.core.type_engine import TypeEngine

    return TypeEngine


def context():
    from flytekit import FlyteContextManager

    return FlyteContextManager.current_context()


def fraction_transformer(base: str = "TypeTransformer"):
    """As the guides of flytekit tell people to write one."""
    from flytekit import BlobType, Literal, LiteralType, Scalar
    from flytekit.core import type_engine
    from flytekit.models.literals import Blob, BlobMetadata

    blob_type = BlobType(format="fraction", dimensionality=BlobType.BlobDimensionality.SINGLE)

    class Sync(type_engine.TypeTransformer[Fraction]):
        def __init__(self):
            super().__init__(name="Fraction", t=Fraction)

        def get_literal_type(self, t):
            return LiteralType(blob=blob_type)

        def to_literal(self, ctx, python_val, python_type, expected):
            assert expected.blob.format == "fraction"
            local = Path(ctx.file_access.get_random_local_path())
            local.parent.mkdir(parents=True, exist_ok=True)
            local.write_text(f"{python_val.top}/{python_val.bottom}")
            uri = ctx.file_access.put_raw_data(local)
            return Literal(scalar=Scalar(blob=Blob(metadata=BlobMetadata(type=blob_type), uri=uri)))

        def to_python_value(self, ctx, lv, expected_python_type):
            local = ctx.file_access.get_random_local_path()
            ctx.file_access.get_data(lv.scalar.blob.uri, local, is_multipart=False)
            return Fraction(*map(int, Path(local).read_text().split("/")))

        def guess_python_type(self, literal_type):
            if literal_type.blob is not None and literal_type.blob.format == "fraction":
                return Fraction
            raise ValueError("not mine")

    class Async(type_engine.AsyncTypeTransformer[Fraction]):
        def __init__(self):
            super().__init__("Fraction", Fraction)
            self.sync = Sync()

        def get_literal_type(self, t):
            return self.sync.get_literal_type(t)

        async def async_to_literal(self, ctx, python_val, python_type, expected):
            return self.sync.to_literal(ctx, python_val, python_type, expected)

        async def async_to_python_value(self, ctx, lv, expected_python_type):
            return self.sync.to_python_value(ctx, lv, expected_python_type)

    return Async() if base == "AsyncTypeTransformer" else Sync()


@pytest.mark.parametrize("base", ["TypeTransformer", "AsyncTypeTransformer"])
def test_a_transformer_of_ones_own_serves_in_tasks(base: str):
    engine().register(fraction_transformer(base))

    @task
    def half(whole: int) -> Fraction:
        return Fraction(whole, 2)

    @task
    def both(parts: list[Fraction], last: Fraction | None = None) -> str:
        return " ".join(f"{part.top}/{part.bottom}" for part in [*parts, *([last] if last else [])])

    @workflow
    def chain() -> str:
        return both(parts=[half(whole=1), half(whole=3)], last=half(whole=5))

    assert chain() == "1/2 3/2 5/2"


async def test_an_async_transformer_runs_inside_a_loop_too():
    engine().register(fraction_transformer("AsyncTypeTransformer"))
    literal = await engine().async_to_literal(context(), Fraction(1, 2), Fraction, None)
    assert (await engine().async_to_python_value(context(), literal, Fraction)).bottom == 2


def test_a_transformer_may_stand_in_the_annotation():
    marked = typing.Annotated[str, simple("Shout", str, lambda value: value.upper())]
    literal = engine().to_literal(context(), "abc", marked)
    assert literal.scalar.primitive.string_value == "ABC"
    assert engine().to_python_value(context(), literal, marked) == "ABC"
    assert engine().to_literal(context(), "abc", str).scalar.primitive.string_value == "abc"


def simple(name, python_type, shape=lambda value: value):
    from flytekit import Literal, LiteralType, Scalar
    from flytekit.core.type_engine import SimpleTransformer
    from flytekit.models.literals import Primitive

    return SimpleTransformer(
        name,
        python_type,
        LiteralType(simple=SimpleType.STRING),
        lambda value: Literal(scalar=Scalar(primitive=Primitive(string_value=shape(value)))),
        lambda literal: literal.scalar.primitive.string_value,
    )


def test_what_a_transformer_raises_is_told_with_its_name_and_the_place():
    from flytekit.core.type_engine import TypeTransformerFailedError

    def broken(value):
        raise KeyError("lost")

    engine().register(simple("Broken", Fraction, broken))
    with pytest.raises(TypeTransformerFailedError, match=r"^\[0\]: Broken failed: KeyError: 'lost'"):
        engine().to_literal(context(), [Fraction(1, 2)], list[Fraction])
    with pytest.raises(TypeTransformerFailedError, match=r"^\[0\]: expected .*Fraction, got 3"):
        engine().to_literal(context(), [3], list[Fraction])
    assert issubclass(TypeTransformerFailedError, (TypeError, AssertionError, ValueError))


def test_a_transformer_of_a_base_comes_before_the_one_for_dataclasses():
    engine().register(simple("Point", Point, lambda point: str(point.x)))
    assert engine().get_transformer(SpecialPoint).name == "Point"
    assert engine().to_literal(context(), SpecialPoint(3), SpecialPoint).scalar.primitive.string_value == "3"


def test_additional_and_restricted_types():
    transformer = simple("Text", Fraction)
    engine().register(transformer, additional_types=[bytearray])
    engine().register_additional_type(transformer, int)
    assert engine().get_transformer(int).name == "int"
    engine().register_additional_type(transformer, int, override=True)
    assert engine().get_transformer(int) is transformer
    assert {Fraction, bytearray, int} <= engine().get_available_transformers()
    engine().register_restricted_type("nobody sends these", memoryview)
    with pytest.raises(TypeMismatch, match="memoryview must not be an input or output: nobody sends these"):
        engine().to_literal_type(memoryview)


def test_types_are_told_and_guessed():
    engine().register(fraction_transformer())
    literal_type = engine().to_literal_type(list[Fraction])
    assert literal_type.collection_type.blob.format == "fraction"
    assert engine().guess_python_type(literal_type) == list[Fraction]
    assert engine().guess_python_type(engine().to_literal_type(dict[str, int])) == dict[str, int]
    assert engine().get_transformer(int).to_literal(context(), 3, int, None).scalar.primitive.integer == 3


def test_whole_calls():
    class Outputs(typing.NamedTuple):
        count: int
        names: list[str]

    variables = engine().named_tuple_to_variable_map(Outputs)
    assert variables.variables["names"].type.collection_type.simple == SimpleType.STRING
    literals = engine().dict_to_literal_map(context(), {"count": 1, "names": ["a"]}, {"names": list[str]})
    types = {"count": int, "names": list[str]}
    assert engine().literal_map_to_kwargs(context(), literals, types) == {"count": 1, "names": ["a"]}
    assert engine().literal_map_to_kwargs(context(), literals, literal_types=variables.variables)["count"] == 1
    with pytest.raises(ValueError, match="2 literals and only 1 types"):
        engine().literal_map_to_kwargs(context(), literals, {"count": int})
