import pytest
from flyteidl.admin import common_pb2, execution_pb2, launch_plan_pb2, project_pb2
from flyteidl.service import dataproxy_pb2

from flyweight.api.transcoding import answer_body, answer_type, fill_from_body, fill_from_text
from flyweight.errors import InvalidInput


def test_text_fills_fields_of_every_kind():
    request = dataproxy_pb2.CreateDownloadLocationRequest()
    fill_from_text(request, [("native_url", "file:///x"), ("expires_in", "60s")])
    assert (request.native_url, request.expires_in.seconds) == ("file:///x", 60)
    spec = execution_pb2.ExecutionSpec()
    fill_from_text(spec, [("interruptible", "true"), ("tags", "a"), ("tags", "b"), ("max_parallelism", "4")])
    assert (spec.interruptible.value, list(spec.tags), spec.max_parallelism) == (True, ["a", "b"], 4)


def test_both_spellings_of_a_name_are_the_same_field():
    request = common_pb2.ResourceListRequest()
    fill_from_text(request, [("sortBy.key", "name"), ("sort_by.direction", "1")])
    assert (request.sort_by.key, request.sort_by.direction) == ("name", common_pb2.Sort.ASCENDING)


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        (("nonsense", "1"), "there is no parameter 'nonsense'"),
        (("sort_by", "1"), "name one of its fields"),
        (("sort_by.direction", "UP"), "does not fit"),
        (("limit", "-1"), "does not fit"),
        (("filters.x", "1"), "has no fields"),
    ],
)
def test_what_does_not_fit_is_named(pair, words):
    with pytest.raises(InvalidInput, match=words):
        fill_from_text(common_pb2.ResourceListRequest(), [pair])


def test_a_boolean_is_true_or_false():
    with pytest.raises(InvalidInput, match="true or false"):
        fill_from_text(execution_pb2.ExecutionSpec(), [("interruptible", "yes")])


def test_an_empty_body_is_an_empty_request():
    request = project_pb2.Project()
    fill_from_body(request, b"", "application/json")
    assert request == project_pb2.Project()


def test_answers_show_zero_values_so_that_a_reader_need_not_know_the_defaults():
    plan = launch_plan_pb2.LaunchPlanClosure()
    assert b'"state": "INACTIVE"' in answer_body(plan, "application/json")


@pytest.mark.parametrize(
    ("accept", "content_type", "expected"),
    [
        ("", "", "application/json"),
        ("*/*", "", "application/json"),
        ("text/html, */*", "application/x-protobuf", "application/x-protobuf"),
        ("application/octet-stream", "application/json", "application/octet-stream"),
        ("application/json;q=0.9", "application/octet-stream", "application/json"),
    ],
)
def test_the_form_of_an_answer_is_the_callers_choice(accept, content_type, expected):
    assert answer_type(accept, content_type) == expected
