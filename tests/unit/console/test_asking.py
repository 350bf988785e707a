"""Addresses of the list, turned into Flyte's filters and back."""

from starlette.datastructures import QueryParams

from flyweight.clock import Micros
from flyweight.console.asking import Asked
from flyweight.console.views import ExecutionView, Span
from tests.unit.console.shapes import identifier

NOW = Micros(1_700_000_000_000_000)


def view(phase: str, workflow: str = "train.main", name: str = "a1") -> ExecutionView:
    return ExecutionView(
        project="p",
        domain="d",
        name=name,
        url="",
        phase=phase,
        span=Span(),
        what=identifier(workflow),
        mode="",
        cause="",
        error=None,
    )


def test_everything_is_one_request_without_filters():
    (request,) = Asked().requests("p", "d", NOW)
    assert (request.filters, request.id.project, request.id.domain) == ("", "p", "d")


def test_a_text_is_sought_in_both_names_and_cannot_leave_its_clause():
    first, second = Asked.of(QueryParams("q=x)%2Beq(name,y")).requests("p", "d", NOW)
    assert first.filters == "contains(workflow.name,x%29%2Beq%28name%2Cy)"
    assert second.filters.startswith("contains(name,")


def test_phase_and_time_narrow_every_request():
    (request,) = Asked.of(QueryParams("phase=failed&within=1h")).requests("p", "d", NOW)
    assert request.filters == "value_in(phase,FAILED;TIMED_OUT)+gte(created_at,2023-11-14T21%3A13%3A20%2B00%3A00)"


def test_what_is_not_known_is_left_out():
    assert Asked.of(QueryParams("phase=purple&within=ever")) == Asked()


def test_another_phase_begins_at_the_first_page():
    asked = Asked.of(QueryParams("q=train&before=2023-11-14T21:13:20"))
    assert asked.query(phase="failed") == "?phase=failed&q=train"


def test_a_new_execution_is_shown_where_it_fits():
    assert Asked().fits(view("queued"))
    assert Asked(phase="running").fits(view("queued"))
    assert not Asked(phase="running").fits(view("failed"))
    assert Asked(text="TRAIN").fits(view("failed"))
    assert not Asked(text="other").fits(view("failed"))
    assert not Asked(before="2023-11-14").fits(view("queued"))
