"""Two messages that differ are told apart by the path of each field and what stands there."""

from flyteidl.core import tasks_pb2

from flyweight.services.structure import differences


def template(image: str, *args: str, **config: str) -> tasks_pb2.TaskTemplate:
    return tasks_pb2.TaskTemplate(container=tasks_pb2.Container(image=image, args=args), config=config)


def test_equal_messages_have_no_differences() -> None:
    assert differences(template("i", "a", k="v"), template("i", "a", k="v")) == []


def test_a_changed_field_is_named_with_both_values() -> None:
    assert differences(template("old", "a"), template("new", "a")) == [
        "container.image: 'old' is registered, 'new' was given"
    ]


def test_an_element_that_came_and_a_key_that_went_are_named() -> None:
    assert differences(template("i", "a", k="v"), template("i", "a", "b")) == [
        "config['k']: 'v' is registered, nothing was given",
        "container.args[1]: nothing is registered, 'b' was given",
    ]


def test_a_member_of_a_oneof_that_was_replaced_shows_as_both() -> None:
    sql = tasks_pb2.TaskTemplate(sql=tasks_pb2.Sql(statement="select 1"))
    found = differences(template("i"), sql)
    assert [line.split(":")[0] for line in found] == ["container", "sql"]


def test_many_differences_are_cut_and_say_so() -> None:
    found = differences(template("i", *"abcdef"), template("i"), limit=2)
    assert len(found) == 3
    assert found[-1] == "... and more"
