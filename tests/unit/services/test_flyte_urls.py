"""Flyte's addresses of a node's data are read as Flyte writes them, and anything else is answered with the right form."""

import pytest

from flyweight.errors import InvalidInput
from flyweight.services.flyte_urls import DataPart, parse_flyte_url


def test_the_parts_of_an_address() -> None:
    url = parse_flyte_url("flyte://v1/flytesnacks/development/exec1/n0-0-n1/3/o/o0")
    assert (url.execution.project, url.execution.domain, url.execution.name) == ("flytesnacks", "development", "exec1")
    assert (url.node, url.attempt, url.part, url.variable) == ("n0-0-n1", 3, DataPart.OUTPUTS, "o0")


@pytest.mark.parametrize(("tail", "part"), [("i", DataPart.INPUTS), ("o", DataPart.OUTPUTS), ("d", DataPart.DECK)])
def test_without_an_attempt_the_node_itself_is_meant(tail: str, part: DataPart) -> None:
    url = parse_flyte_url(f"flyte://v1/p/d/e/n0/{tail}")
    assert (url.part, url.attempt, url.variable) == (part, None, "")


@pytest.mark.parametrize(
    "text",
    ["", "s3://b/k", "flyte://v2/p/d/e/n/i", "flyte://v1/p/d/e/i", "flyte://v1/p/d/e/n/x", "flyte://v1/p/d/e/n/d/o0"],
)
def test_other_addresses_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_flyte_url(text)
