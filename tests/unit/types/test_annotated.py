"""What stands beside a type in Annotated, and literals whose value was offloaded."""

from typing import Annotated

import pytest
from flyteidl.core.literals_pb2 import Literal, LiteralOffloadedMetadata

from flyweight.errors import InvalidInput, TypeMismatch
from flyweight.types import BlobData, FlyteDirectory, HashMethod, Registry
from flyweight.types.markers import BatchSize, FlyteAnnotation
from tests.unit.types.wire import text


class Shout:
    def to_html(self, value: object) -> str:
        return f"<b>{value}</b>"


def test_a_note_goes_along_with_the_type(registry: Registry):
    noted = Annotated[int, FlyteAnnotation({"unit": "m"})]
    assert text(registry.literal_type(noted)) == (
        'simple: INTEGER annotation { annotations { fields { key: "unit" value { string_value: "m" } } } }'
    )
    assert registry.literal_type(list[noted]).collection_type == registry.literal_type(noted)
    assert registry.to_literal(3, noted) == registry.to_literal(3, int)


def test_a_note_does_not_hide_what_flyte_notes(registry: Registry):
    annotation = registry.literal_type(Annotated[dict, FlyteAnnotation({"unit": "m"})]).annotation
    assert set(annotation.annotations) == {"unit", "cache-key-metadata"}
    with pytest.raises(InvalidInput, match="cache-key-metadata"):
        FlyteAnnotation({"cache-key-metadata": 1})
    with pytest.raises(TypeMismatch, match="2 FlyteAnnotations"):
        registry.literal_type(Annotated[int, FlyteAnnotation({}), FlyteAnnotation({})])


def test_a_renderer_shows_the_value(registry: Registry):
    assert registry.to_html("x", Annotated[str, Shout()]) == "<b>x</b>"
    assert registry.to_html("x", str) == "<pre>&#x27;x&#x27;</pre>"


def test_marks_stand_beside_each_other(registry: Registry):
    marked = Annotated[str, HashMethod(len), Shout(), FlyteAnnotation({"a": 1})]
    assert registry.to_literal("abc", Annotated[str, HashMethod(lambda _: "h"), Shout()]).hash == "h"
    assert registry.literal_type(marked).HasField("annotation")
    assert registry.literal_type(Annotated[FlyteDirectory, BatchSize(3)]) == registry.literal_type(FlyteDirectory)


def test_an_offloaded_value_is_read_where_it_lies(registry: Registry, data: BlobData):
    literal = registry.to_literal([1, 2], list[int])
    uri = data.new_uri("xs_offloaded_metadata.pb")
    data.put_bytes(literal.SerializeToString(), uri)
    offloaded = Literal(
        offloaded_metadata=LiteralOffloadedMetadata(uri=uri, inferred_type=registry.literal_type(list[int]))
    )
    assert registry.to_python(offloaded, list[int]) == [1, 2]
    assert registry.to_python(Literal(collection={"literals": [offloaded]}), list[list[int]]) == [[1, 2]]
    assert registry.to_python(offloaded, list[int] | None) == [1, 2]


def test_a_note_does_not_stay_with_a_type_that_is_given_again(registry: Registry):
    class Same(type(registry.codec_for(int))):
        kept = registry.literal_type(int)

        def __init__(self): ...

        def literal_type(self, python_type, registry):
            return self.kept

    class Holder:
        codec = Same()

    assert registry.literal_type(Annotated[int, Holder(), FlyteAnnotation({"unit": "m"})]).HasField("annotation")
    assert not registry.literal_type(Annotated[int, Holder()]).HasField("annotation")
