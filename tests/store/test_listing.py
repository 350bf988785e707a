"""Flyte's list conventions: what a request may ask, and what is said of one that is wrong."""

import pytest
from flyteidl.admin import common_pb2

from flyweight.errors import InvalidInput
from flyweight.store.fields import EXECUTIONS, NODES
from flyweight.store.listing import MAX_LIMIT, ListQuery, asks_for, clauses, split


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"limit": 0}, "limit is 0"),
        ({"limit": -1}, "limit is -1"),
        ({"token": "abc"}, "token"),
        ({"token": "-1"}, "token"),
        ({"token": "9" * 30}, "token"),
        ({"token": "²"}, "token"),
        ({"filters": "name=x"}, "function"),
        ({"filters": "eq(name)"}, "function"),
        ({"filters": "like(name,x)"}, "there are eq, ne"),
        ({"filters": "eq(nmae,x)"}, "did you mean 'name'"),
        ({"filters": "eq(spec,x)"}, "no field 'spec'"),
        ({"filters": "eq(name,x)+"}, "function"),
        ({"filters": "eq(phase,DONE)"}, "none of QUEUED"),
        ({"filters": "eq(phase,77)"}, "none of QUEUED"),
        ({"filters": "gt(created_at,yesterday)"}, "2025-01-31T08:00:00Z"),
        ({"filters": "gt(duration,long)"}, "seconds"),
        ({"filters": "eq(name,x)+eq(other.name,y)"}, "other.name"),
        ({"sort_key": "inputs"}, "no field 'inputs'"),
        ({"sort_key": "created_at; DROP TABLE executions"}, "no field"),
    ],
)
def test_a_wrong_request_is_told_what_there_is(query, words):
    with pytest.raises(InvalidInput, match=words):
        clauses(ListQuery(**{"limit": 1, **query}), EXECUTIONS)


def test_a_plus_inside_a_value_is_no_end_of_a_clause():
    assert split("eq(version,1+2)+gt(created_at,2025-01-01T00:00:00+02:00) + eq(name,a)") == [
        "eq(version,1+2)",
        "gt(created_at,2025-01-01T00:00:00+02:00)",
        "eq(name,a)",
    ]
    assert split("  ") == []


def test_values_never_become_sql():
    (condition,) = clauses(ListQuery(limit=1, filters="eq(name,x' OR '1'='1)"), EXECUTIONS).where
    assert condition.compile().params == {"name_1": "x' OR '1'='1"}


def test_the_limit_is_bounded():
    assert clauses(ListQuery(limit=10**9), NODES).limit == MAX_LIMIT + 1


def test_a_query_is_taken_from_any_of_flytes_requests():
    request = common_pb2.ResourceListRequest(
        limit=5, token="10", filters="eq(name,x)", sort_by=common_pb2.Sort(key="name", direction="ASCENDING")
    )
    assert ListQuery.of(request) == ListQuery(
        limit=5, token="10", filters="eq(name,x)", sort_key="name", descending=False
    )
    assert ListQuery.of(common_pb2.NamedEntityListRequest(limit=1, sort_by={"key": "name"})).descending


def test_what_a_filter_asks_for_is_told_without_running_it():
    assert asks_for("eq(name,x)+ne(state,0)", "state")
    assert not asks_for("eq(name,state)", "state")
    assert not asks_for("nonsense", "state")
