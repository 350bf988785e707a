"""Literals as a page shows them."""

import msgpack
from flyteidl.core import literals_pb2

from flyweight.console.values import MOST_ITEMS, shown


def integer(value: int) -> literals_pb2.Literal:
    return literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=literals_pb2.Primitive(integer=value)))


def packed(value: object) -> literals_pb2.Literal:
    binary = literals_pb2.Binary(tag="msgpack", value=msgpack.packb(value))
    return literals_pb2.Literal(scalar=literals_pb2.Scalar(binary=binary))


def many(*values: literals_pb2.Literal) -> literals_pb2.Literal:
    return literals_pb2.Literal(collection=literals_pb2.LiteralCollection(literals=values))


def test_a_dataclass_is_a_record_of_its_fields():
    found = shown(packed({"name": "deep", "hidden": [64, 64], "best": None}))
    assert found.kind == "record"
    assert [(name, item.kind) for name, item in found.items] == [("name", "text"), ("hidden", "list"), ("best", "none")]


def test_a_short_list_of_numbers_is_one_line():
    assert shown(many(integer(1), integer(2))).flat == "[1, 2]"
    assert shown(many(*map(integer, range(60)))).flat == ""
    assert shown(many()).flat == ""


def test_a_long_list_says_how_much_is_left_out():
    found = shown(many(*map(integer, range(MOST_ITEMS + 5))))
    assert (len(found.items), found.left_out) == (MOST_ITEMS, 5)


def test_bytes_that_are_no_messagepack_say_so():
    binary = literals_pb2.Binary(tag="msgpack", value=b"\xc1")
    found = shown(literals_pb2.Literal(scalar=literals_pb2.Scalar(binary=binary)))
    assert found.text == "1 bytes that are not MessagePack"
