"""Names are checked by Flyte's rules, and an unknown one is answered with what was probably meant."""

import pytest
from flyteidl.core import identifier_pb2

from flyweight.errors import InvalidInput
from flyweight.ids import EntityKey
from flyweight.services.identifiers import check_execution_name, check_project, checked_key, parse_key, unknown


def named(name: str = "lib.train", version: str = "v1", kind: int = identifier_pb2.TASK) -> identifier_pb2.Identifier:
    return identifier_pb2.Identifier(
        resource_type=kind, project="flytesnacks", domain="development", name=name, version=version
    )


def test_a_good_identifier_gives_its_key() -> None:
    key = checked_key(identifier_pb2.TASK, named())
    assert key == EntityKey("flytesnacks", "development", "lib.train", "v1")
    assert parse_key(str(key)) == key


def test_a_name_with_a_colon_is_read_back() -> None:
    key = checked_key(identifier_pb2.TASK, named("shell:run"))
    assert parse_key(str(key)) == key


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (named(name=""), "name is missing"),
        (named(version=""), "version is missing"),
        (named(version="a/b"), "'/'"),
        (named(version="x" * 300), "300 characters"),
        (named(name="a\nb"), "control character"),
        (named(kind=identifier_pb2.WORKFLOW), "one of a workflow"),
    ],
)
def test_a_bad_identifier_is_refused_with_its_fault(given: identifier_pb2.Identifier, word: str) -> None:
    with pytest.raises(InvalidInput, match=word):
        checked_key(identifier_pb2.TASK, given)


@pytest.mark.parametrize(("project", "domain"), [("", "d"), ("p", ""), ("../x", "d"), ("Upper", "d"), ("p", "a b")])
def test_projects_and_domains_are_plain_labels(project: str, domain: str) -> None:
    with pytest.raises(InvalidInput):
        check_project(project, domain)


@pytest.mark.parametrize("name", ["", "1a", "A", "a" * 64, "a_b", "a\n"])
def test_execution_names_follow_flytes_rule(name: str) -> None:
    with pytest.raises(InvalidInput):
        check_execution_name(name)


def test_a_typo_is_answered_with_the_nearest_name() -> None:
    problem = unknown("task", "lib.trian", ["lib.train", "lib.evaluate"], where="flytesnacks/development")
    assert "Did you mean 'lib.train'?" in str(problem)
    assert "Did you mean" not in str(unknown("task", "zzz", ["lib.train"], where="flytesnacks/development"))
