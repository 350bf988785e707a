"""How a codec is found, and when what was found is forgotten."""

import subprocess
import sys
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from flyteidl.core.literals_pb2 import Literal
from flyteidl.core.types_pb2 import LiteralType, SimpleType

from flyweight.types.codec import Codec, Conversions
from flyweight.types.pickles import PickleCodec
from flyweight.types.registry import Registry, default_registry


class TextCodec(Codec):
    """Any class whose values are told by their text."""

    def __init__(self, name: str) -> None:
        self.name = name

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        return LiteralType(simple=SimpleType.STRING)

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        return registry.to_literal(str(value), str)

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> Any:
        return python_type(registry.to_python(literal, str))


class Base:
    pass


class Derived(Base):
    pass


@pytest.fixture
def fresh() -> Registry:
    return Registry(last_resort=PickleCodec())


def test_exact_types_come_before_predicates_origins_and_bases(fresh: Registry):
    exact, predicate, origin, base = (TextCodec(name) for name in ("exact", "predicate", "origin", "base"))
    fresh.register(base, Base)
    fresh.register(origin, list)
    fresh.register(predicate, predicate=lambda python_type: python_type in (Base, list[int]))
    assert fresh.codec_for(Base) is base
    assert fresh.codec_for(Derived) is base
    assert fresh.codec_for(list[int]) is predicate
    assert fresh.codec_for(list[str]) is origin
    fresh.register(exact, Derived)
    assert fresh.codec_for(Derived) is exact


def test_a_later_predicate_comes_first(fresh: Registry):
    fresh.register(TextCodec("old"), predicate=lambda _: True)
    assert fresh.codec_for(Base).name == "old"
    fresh.register(TextCodec("new"), predicate=lambda _: True)
    assert fresh.codec_for(Base).name == "new"


def test_what_nothing_takes_goes_to_the_last_resort(fresh: Registry):
    assert fresh.codec_for(Mapping[str, int]).name == "FlytePickle"


def test_a_users_own_codec_serves_inside_containers():
    registry = Registry(last_resort=PickleCodec())
    built_in = default_registry()
    for python_type in (list, str):
        registry.register(built_in.codec_for(list[int] if python_type is list else str), python_type)
    registry.register(TextCodec("fraction"), Fraction)
    literal = registry.to_literal([Fraction(1, 3)], list[Fraction])
    assert literal.collection.literals[0].scalar.primitive.string_value == "1/3"
    assert registry.to_python(literal, list[Fraction]) == [Fraction(1, 3)]


def test_a_librarys_codec_is_loaded_when_its_class_is_first_met(fresh: Registry):
    loaded: list[str] = []

    def load() -> list[tuple[Codec, tuple[Any, ...]]]:
        loaded.append("fractions")
        return [(TextCodec("fraction"), (Fraction,))]

    fresh.register_module("fractions", load)
    fresh.codec_for(int)
    assert not loaded
    assert fresh.codec_for(Fraction).name == "fraction"
    assert fresh.codec_for(Fraction).name == "fraction"
    assert loaded == ["fractions"]


def test_what_codecs_remember_is_forgotten_when_one_is_registered(fresh: Registry):
    built: list[int] = []

    def build() -> int:
        built.append(1)
        return len(built)

    assert [fresh.remember("key", build), fresh.remember("key", build)] == [1, 1]
    fresh.register(TextCodec("any"), Base)
    assert fresh.remember("key", build) == 2


def test_a_value_is_shown_as_text_that_is_safe_in_html(registry: Registry):
    assert registry.to_html("<b>", str) == "<pre>&#x27;&lt;b&gt;&#x27;</pre>"


@pytest.mark.slow
def test_importing_types_loads_no_heavy_library():
    heavy = "pandas", "pyarrow", "numpy", "obstore", "grpc", "sqlalchemy", "mashumaro", "flyteidl.service"
    program = f"import sys, flyweight.types; print([one for one in {heavy!r} if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
