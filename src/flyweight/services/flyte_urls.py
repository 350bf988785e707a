"""Reads ``flyte://v1/PROJECT/DOMAIN/EXECUTION/NODE[/ATTEMPT]/(i|o|d)[/VARIABLE]``: the addresses of a node's data."""

import re
from dataclasses import dataclass
from enum import Enum

from flyteidl.core import identifier_pb2

from flyweight.errors import InvalidInput
from flyweight.ids import place_named

_URL = re.compile(
    r"^flyte://v1/(?P<project>[^/]+)/(?P<domain>[^/]+)/(?P<name>[^/]+)/(?P<node>[^/]+)"
    r"(?:/(?P<attempt>[0-9]{1,9}))?/(?P<part>[iod])(?:/(?P<variable>[^/]+))?$"
)


class DataPart(Enum):
    """Which of a node's data an address names."""

    INPUTS = "i"
    OUTPUTS = "o"
    DECK = "d"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlyteUrl:
    """What an address names; ``attempt`` is None for the node itself, ``variable`` empty for all of them."""

    execution: identifier_pb2.WorkflowExecutionIdentifier
    node: str
    shown: str
    """The node as the address has it."""
    part: DataPart
    attempt: int | None
    variable: str


def parse_flyte_url(text: str) -> FlyteUrl:
    """Read an address; raises ``InvalidInput`` that shows the right form."""
    match = _URL.match(text)
    if match is None:
        raise InvalidInput(
            f"{text!r} is not an address of a node's data. The form is flyte://v1/PROJECT/DOMAIN/EXECUTION/NODE/i "
            "for inputs, .../o for outputs, .../d for the deck (n1[3] is an item of a map); an attempt's number, "
            "from 0, may stand after the node, and the name of one input or output after 'i' or 'o'"
        )
    part = DataPart(match["part"])
    if part is DataPart.DECK and match["variable"]:
        raise InvalidInput(f"{text!r} names a variable of a deck: a deck has none")
    return FlyteUrl(
        execution=identifier_pb2.WorkflowExecutionIdentifier(
            project=match["project"], domain=match["domain"], name=match["name"]
        ),
        node=place_named(match["node"]),
        shown=match["node"],
        part=part,
        attempt=int(match["attempt"]) if match["attempt"] else None,
        variable=match["variable"] or "",
    )
