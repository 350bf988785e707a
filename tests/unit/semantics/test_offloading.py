"""Which values stand apart from the literals that travel, and what points at them."""

import pytest
from flyteidl.core import types_pb2

from flyweight import literals
from flyweight.errors import InvalidInput
from flyweight.semantics.offloading import Limits, file_name, is_apart, limits_told, pointer, whole

MB = 1024 * 1024
LIST = types_pb2.LiteralType(collection_type=types_pb2.LiteralType(simple=types_pb2.INTEGER))
NUMBERS = literals.collection([literals.primitive(1), literals.primitive(2)])
TOLD = {"_F_L_MIN_SIZE_MB": "10", "_F_L_MAX_SIZE_MB": "20"}


def test_limits_are_told_by_flytes_variables_and_without_them_nothing_stands_apart():
    assert limits_told({}.get) is None
    assert limits_told(TOLD.get) == Limits(min_mb=10, max_mb=20)
    assert limits_told({"_F_L_MIN_SIZE_MB": "0"}.get) == Limits(min_mb=0, max_mb=1000)
    assert Limits(min_mb=10, max_mb=20).variables() == TOLD
    with pytest.raises(InvalidInput, match="_F_L_MIN_SIZE_MB='ten' and _F_L_MAX_SIZE_MB='1000' must be whole numbers"):
        limits_told({"_F_L_MIN_SIZE_MB": "ten"}.get)


def test_a_value_is_passed_stands_apart_or_is_too_large():
    limits = Limits(min_mb=10, max_mb=20)
    assert not limits.apart("xs", 10 * MB - 1)
    assert limits.apart("xs", 10 * MB)
    with pytest.raises(
        InvalidInput, match=r"`xs` takes 20\.0 MB, and a value may take less than 20 MB\. Pass it as a F"
    ):
        limits.apart("xs", 20 * MB)


def test_a_pointer_tells_type_size_and_a_hash_by_which_equal_values_are_equal():
    made = pointer(NUMBERS, "s3://b/xs", 8, LIST)
    assert is_apart(made)
    assert (made.offloaded_metadata.uri, made.offloaded_metadata.size_bytes) == ("s3://b/xs", 8)
    assert made.offloaded_metadata.inferred_type == LIST
    assert made.hash == pointer(NUMBERS, "s3://elsewhere", 8, LIST).hash
    assert made.hash != pointer(literals.collection([]), "s3://b/xs", 0, LIST).hash


def test_a_hash_that_the_user_gave_stays():
    hashed = literals.primitive(1)
    hashed.hash = "mine"
    assert pointer(hashed, "s3://b/x", 8, LIST).hash == "mine"


def test_inputs_become_whole_but_for_those_that_are_not_looked_into():
    given = literals.literal_map({"xs": pointer(NUMBERS, "s3://b/xs", 8, LIST), "n": literals.primitive(1)})
    assert whole(given, lambda literal: literal, but=["xs"]) == given
    made = whole(given, lambda literal: NUMBERS if is_apart(literal) else literal)
    assert made == literals.literal_map({"xs": NUMBERS, "n": literals.primitive(1)})


def test_files_have_flytes_names():
    assert file_name("o0") == "o0_offloaded_metadata.pb"
