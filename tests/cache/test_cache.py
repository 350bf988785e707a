"""What is kept, found and missed, and in which words: the same in local runs and on a platform."""

import pytest
from flyteidl.core import interface_pb2, literals_pb2, types_pb2

from flyweight import literals
from flyweight.semantics.caching import Caching, interface_digest

INTEGER = types_pb2.LiteralType(simple=types_pb2.INTEGER)


def values(**given):
    return literals.literal_map({name: literals.primitive(value) for name, value in given.items()})


def key(inputs=None, *, version="1", outputs=("o0",), ignored=()):
    variables = {name: interface_pb2.Variable(type=INTEGER) for name in outputs}
    interface = interface_pb2.TypedInterface(outputs=interface_pb2.VariableMap(variables=variables))
    caching = Caching(
        project="p", domain="d", task="t", version=version, interface=interface_digest(interface), ignored=ignored
    )
    return caching.key(inputs or values(x=1, y=2))


def file(path):
    return literals_pb2.Literal(scalar=literals_pb2.Scalar(blob=literals_pb2.Blob(uri=str(path))))


async def test_what_is_kept_is_found(cache):
    await cache.keep(key(), values(o0=3))
    assert await cache.look_up(key()) == (values(o0=3), "")


async def test_what_is_kept_again_takes_the_others_place(cache):
    await cache.keep(key(), values(o0=3))
    await cache.keep(key(), values(o0=4))
    assert await cache.look_up(key()) == (values(o0=4), "")


async def test_at_first_there_is_nothing(cache):
    assert await cache.look_up(key()) == (None, "the cache has nothing of this task yet")


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (key(values(x=1, y=3)), "input y differs"),
        (key(values(x=2, y=3)), "inputs x, y differ"),
        (key(version="2"), "the cache version differs: '2' now, '1' there"),
        (key(outputs=("o0", "o1")), "the task's interface differs"),
    ],
)
async def test_a_miss_says_what_differs_from_the_nearest_entry(cache, asked, reason):
    await cache.keep(key(values(x=7, y=7), version="0"), values(o0=1))
    await cache.keep(key(), values(o0=3))
    assert await cache.look_up(asked) == (None, reason)


async def test_ignored_inputs_and_hashes_of_values_do_what_they_say(cache):
    await cache.keep(key(ignored=("y",)), values(o0=3))
    assert await cache.look_up(key(values(x=1, y=99), ignored=("y",))) == (values(o0=3), "")
    one, other = values(x=1), values(x=2)
    one.literals["x"].hash = other.literals["x"].hash = "the same"
    await cache.keep(key(one), values(o0=5))
    assert await cache.look_up(key(other)) == (values(o0=5), "")


@pytest.mark.parametrize("below", ["", "/part-0", "/deep/part-0"])
async def test_outputs_whose_files_are_gone_are_a_miss(cache, tmp_path, below):
    written = tmp_path / f"raw{below}"
    written.parent.mkdir(parents=True, exist_ok=True)
    written.write_text("data")
    outputs = literals.literal_map({"o0": literals.collection([file(tmp_path / "raw")])})
    await cache.keep(key(), outputs)
    assert await cache.look_up(key()) == (outputs, "")
    written.unlink()
    found, reason = await cache.look_up(key())
    assert (found, reason.endswith("are not there any more")) == (None, True)


async def test_places_that_are_no_store_of_ours_are_taken_as_they_are(cache):
    outputs = literals.literal_map({"o0": file("hub://somewhere/else")})
    await cache.keep(key(), outputs)
    assert await cache.look_up(key()) == (outputs, "")
