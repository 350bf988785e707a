"""Which calls of a task count as the same, and in which words another one differs."""

import pytest
from flyteidl.core import interface_pb2, literals_pb2, tasks_pb2, types_pb2, workflow_pb2

from flyweight import literals
from flyweight.semantics.caching import caching_of, difference, value_digest

INTEGER = types_pb2.LiteralType(simple=types_pb2.INTEGER)
STRING = types_pb2.LiteralType(simple=types_pb2.STRING)


def template(*, version="1", inputs=None, ignored=(), description="", **identifier):
    made = tasks_pb2.TaskTemplate()
    made.id.project, made.id.domain, made.id.name, made.id.version = "p", "d", "pkg.train", "v1"
    for name, value in identifier.items():
        setattr(made.id, name, value)
    made.metadata.discoverable = True
    made.metadata.discovery_version = version
    made.metadata.cache_ignore_input_vars.extend(ignored)
    for name, kind in (inputs or {"x": INTEGER, "y": INTEGER}).items():
        made.interface.inputs.variables[name].CopyFrom(interface_pb2.Variable(type=kind, description=description))
    return made


def key(of=None, /, **values):
    given = {name: literals.primitive(value) for name, value in (values or {"x": 1, "y": 2}).items()}
    return caching_of(of or template()).key(literals.literal_map(given))


def test_what_is_kept_of_a_task_is_named_as_flytes_catalog_names_it():
    made = caching_of(template()).dataset
    assert (made.project, made.domain, made.name) == ("p", "d", "flyte_task-pkg.train")
    version, inputs, outputs = made.version.split("-")
    assert (version, len(inputs), len(outputs)) == ("1", 8, 8)


def test_what_does_not_count():
    assert key(template(version="1", description="another word")) == key()
    other = template()
    other.id.version = "v2"
    other.container.image = "another"
    assert key(other) == key()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (key(template(version="2")), "the cache version differs: '1' now, '2' there"),
        (key(template(inputs={"x": INTEGER, "y": STRING})), "the task's interface differs"),
        (key(x=1, y=3), "input y differs"),
        (key(x=2, y=3), "inputs x, y differ"),
    ],
)
def test_what_counts_and_how_it_is_told(other, said):
    assert other != key()
    assert other.digest != key().digest
    assert difference(key(), other) == said


def test_projects_and_domains_have_entries_of_their_own():
    assert key(template(project="q")).digest != key().digest != key(template(domain="e")).digest


def test_ignored_inputs_do_not_count():
    assert key(template(ignored=["y"]), x=1, y=2) == key(template(ignored=["y"]), x=1, y=7)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda value: value,
        lambda value: literals.collection([value]),
        lambda value: literals.mapping({"k": value}),
        lambda value: literals.union(value, STRING),
    ],
    ids=["plain", "list", "dict", "union"],
)
def test_a_value_that_brings_a_hash_counts_by_that_alone(wrap):
    def given(text, digest):
        value = literals.primitive(text)
        value.hash = digest
        return caching_of(template()).key(literals.literal_map({"x": wrap(value)}))

    assert given("one", "h") == given("two", "h") != given("two", "i")


def test_the_nodes_word_goes_before_the_tasks():
    node = workflow_pb2.NodeMetadata(cacheable=False)
    assert caching_of(template(), node) is None
    node = workflow_pb2.NodeMetadata(cacheable=True, cache_version="7", cache_serializable=True)
    made = caching_of(tasks_pb2.TaskTemplate(), node)
    assert (made.version, made.serialize) == ("7", True)
    assert caching_of(tasks_pb2.TaskTemplate()) is None


def test_where_files_lie_is_found_at_any_depth():
    def file(uri):
        return literals_pb2.Literal(scalar=literals_pb2.Scalar(blob=literals_pb2.Blob(uri=uri)))

    frame = literals_pb2.Literal(
        scalar=literals_pb2.Scalar(structured_dataset=literals_pb2.StructuredDataset(uri="s3://b/frame"))
    )
    nested = literals.mapping({"k": literals.collection([literals.union(file("file:///a"), STRING), frame])})
    assert literals.uris(literals.literal_map({"x": nested, "y": literals.primitive("s3://text")})) == {
        "file:///a",
        "s3://b/frame",
    }


def test_a_hash_counts_also_among_plain_elements():
    plain = literals.collection(literals.primitive(number) for number in range(3))
    other = literals.collection([*plain.collection.literals[:2], literals.primitive(7)])
    assert value_digest(plain) != value_digest(other)
    for each in (plain, other):
        each.collection.literals[2].hash = "same"
    assert value_digest(plain) == value_digest(other)
