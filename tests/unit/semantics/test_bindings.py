"""Bindings become literals: constants, promises, paths into what they stand for."""

import msgpack
import pytest
from flyteidl.core import literals_pb2, types_pb2
from google.protobuf import struct_pb2

from flyweight import literals
from flyweight.errors import InvalidInput
from flyweight.semantics import bindings
from tests.simulation.workflows import bound, data

PERSON = {"name": "Ada", "age": 36, "tags": ["a", {"deep": 1.5}], "nothing": None}


def generic(value):
    made = struct_pb2.Struct()
    made.update(value)
    return literals_pb2.Literal(scalar=literals_pb2.Scalar(generic=made))


VALUES = {
    "number": literals.primitive(5),
    "packed": literals.binary(msgpack.packb(PERSON)),
    "struct": generic(PERSON),
    "nested": literals.mapping(
        {"k": literals.collection([literals.primitive(1), literals.binary(msgpack.packb(PERSON))])}
    ),
    "optional": literals.union(literals.mapping({"k": literals.primitive(2)}), types_pb2.LiteralType()),
    "broken": literals.binary(b"\xc1"),
    "apart": literals_pb2.Literal(offloaded_metadata={"uri": "s3://a/b"}),
}


def lookup(promise):
    assert promise.node_id == "n0"
    return VALUES[promise.var]


def read(literal):
    """Read the value that stands apart: a list of one that does so too, and a person."""
    known = {
        "s3://a/b": literals.collection([literals_pb2.Literal(offloaded_metadata={"uri": "s3://c"}), VALUES["packed"]]),
        "s3://c": VALUES["optional"],
    }
    return known[literal.offloaded_metadata.uri]


def resolved(value):
    return bindings.resolve(data(value), lookup, read)


def test_constants_and_promises_mix_in_lists_and_dictionaries():
    assert resolved([1, "n0.number"]) == literals.collection([literals.primitive(1), literals.primitive(5)])
    assert resolved({"k": ["n0.number"]}) == literals.mapping({"k": literals.collection([literals.primitive(5)])})


@pytest.mark.parametrize(
    ("path", "value"),
    [("packed.age", 36), ("packed.tags[1].deep", 1.5), ("packed.tags", PERSON["tags"]), ("packed.nothing", None)],
)
def test_what_is_taken_out_of_messagepack_stays_messagepack(path, value):
    assert resolved(f"n0.{path}") == literals.binary(msgpack.packb(value))


@pytest.mark.parametrize(
    ("path", "value"), [("struct.age", 36.0), ("struct.name", "Ada"), ("struct.tags[1].deep", 1.5)]
)
def test_numbers_in_a_struct_are_floats(path, value):
    assert resolved(f"n0.{path}") == literals.primitive(value)


def test_parts_of_a_struct():
    assert resolved("n0.struct.nothing") == literals.none()
    assert resolved("n0.struct.tags[1]") == generic({"deep": 1.5})


def test_a_path_goes_through_maps_lists_and_unions_into_messagepack():
    assert resolved("n0.nested.k[0]") == literals.primitive(1)
    assert resolved("n0.nested.k[1].name") == literals.binary(msgpack.packb("Ada"))
    assert resolved("n0.optional.k") == literals.primitive(2)


def test_a_path_leads_into_values_that_stand_apart_and_they_are_read_only_then():
    assert resolved("n0.apart") == VALUES["apart"]
    assert resolved("n0.apart[0]") == literals_pb2.Literal(offloaded_metadata={"uri": "s3://c"})
    assert resolved("n0.apart[0].k") == literals.primitive(2)
    assert resolved("n0.apart[1].age") == literals.binary(msgpack.packb(36))


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("packed.agee", r"\.agee is not there: the value holds age, name, nothing, tags"),
        ("packed.tags[7]", r"\.tags\[7\] is out of range: there are 2 items"),
        ("packed.age.x", r"\.age is of kind int and has no \.x"),
        ("nested.q", r"\.q is not there: the value holds k"),
        ("nested.k[2]", r"\.k\[2\] is out of range"),
        ("nested[0]", "the value is of kind map"),
        ("number.x", r"the value is of kind integer and has no \.x"),
        ("broken.x", "not valid MessagePack"),
        ("apart[7]", r"\[7\] is out of range: there are 2 items"),
    ],
)
def test_a_path_that_leads_nowhere_says_where_it_ends(path, fault):
    with pytest.raises(InvalidInput, match=fault):
        resolved(f"n0.{path}")


def test_the_variable_is_named_in_the_error():
    with pytest.raises(InvalidInput, match=r"^rate: \.x is not there|^rate: "):
        bindings.resolve_all([bound("rate", "n0.number.x")], lookup, read)


def test_every_promise_in_a_binding_is_found():
    found = bindings.promises(data([1, "n0.a", {"k": "n1.b"}]))
    assert {(promise.node_id, promise.var) for promise in found} == {("n0", "a"), ("n1", "b")}
