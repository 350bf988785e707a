"""Flyte's list conventions: filters, order and page tokens of a request, turned into clauses of a SELECT.

``func(field,value)+func(field,value)``, ``sort_by``, a token that is the next offset, and a limit above zero. What may
be asked of a table is an allow-list (``fields.py``); anything else is ``InvalidInput`` that says what there is.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import unquote

from flyteidl.admin import common_pb2
from sqlalchemy import ColumnElement

from flyweight.errors import InvalidInput

T = TypeVar("T")

MAX_LIMIT = 10_000
"""Rows in one answer; more would not fit a message that Flyte's clients take."""

_CLAUSE = re.compile(r"\s*(?P<function>\w+)\(\s*(?P<field>[\w.]+)\s*,(?P<value>.*)\)\s*", re.DOTALL)
_BETWEEN = re.compile(r"(?<=\))\s*\+\s*(?=\w+\()")
"""A plus between two clauses; one inside a value (a time zone, a version) does not follow a parenthesis."""

Condition = ColumnElement[bool]
Column = ColumnElement[Any]
"""Columns of every type are compared with what their field's ``parse`` gives: only the pair fits together."""


class ListRequest(Protocol):
    """What all of Flyte's list requests have in common."""

    @property
    def limit(self) -> int:
        """How many rows at most."""
        ...

    @property
    def token(self) -> str:
        """Where to go on."""
        ...

    @property
    def filters(self) -> str:
        """Which rows."""
        ...

    @property
    def sort_by(self) -> common_pb2.Sort:
        """In which order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """What to list of a table: at most ``limit`` rows from ``token`` on, in the table's own order without a key."""

    limit: int
    token: str = ""
    filters: str = ""
    sort_key: str = ""
    descending: bool = False

    @classmethod
    def of(cls, request: ListRequest) -> "ListQuery":
        """Take it from any of Flyte's list requests."""
        return cls(
            limit=request.limit,
            token=request.token,
            filters=request.filters,
            sort_key=request.sort_by.key,
            descending=request.sort_by.direction == common_pb2.Sort.DESCENDING,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Some of the rows; ``token`` asks for the next ones, and is empty when there are none."""

    items: tuple[T, ...]
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column that may be asked for: how a filter's words become its values, and where it stands."""

    column: Column
    parse: Callable[[str], object]
    """Raises ``ValueError`` that says what it takes."""
    within: Callable[[Condition], Condition] | None = None
    """For a column of another table (not sortable): turns a condition there into one here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What may be asked of one table."""

    entity: str
    """Its name in Flyte's filters; ``<entity>.<field>`` is the same as ``<field>``."""
    fields: Mapping[str, Field]
    order: tuple[Column, ...]
    """How rows stand when no key is given."""
    unique: Column
    """Makes every order a total one, so that pages neither repeat nor skip a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clauses:
    """What a query adds to a SELECT; ``limit`` is one more than was asked for, to see whether there is a next page."""

    where: tuple[Condition, ...]
    order_by: tuple[Column, ...]
    limit: int
    offset: int

    def page(self, rows: Sequence[T]) -> Page[T]:
        """Cut the extra row off, and give the token of the next page."""
        asked = self.limit - 1
        token = str(self.offset + asked) if len(rows) > asked else ""
        return Page(items=tuple(rows[:asked]), token=token)


def clauses(query: ListQuery, listing: Listing) -> Clauses:
    """Check a query and turn it into clauses; raises ``InvalidInput``."""
    if query.limit <= 0:
        raise InvalidInput(f"limit is {query.limit}: it must be between 1 and {MAX_LIMIT}.")
    return Clauses(
        where=tuple(_condition(clause, listing) for clause in split(query.filters)),
        order_by=_order(query, listing),
        limit=min(query.limit, MAX_LIMIT) + 1,
        offset=_offset(query.token),
    )


def split(filters: str) -> list[str]:
    """Take a filter string apart into its clauses."""
    return _BETWEEN.split(filters) if filters.strip() else []


def asks_for(filters: str, field: str) -> bool:
    """Tell whether a filter string says anything of that field."""
    matches = (_CLAUSE.fullmatch(clause) for clause in split(filters))
    return any(match is not None and match["field"] == field for match in matches)


def _order(query: ListQuery, listing: Listing) -> tuple[Column, ...]:
    if not query.sort_key:
        return (*listing.order, listing.unique)
    field = _field(query.sort_key, listing)
    if field.within is not None:
        raise InvalidInput(f"sort_by: {listing.entity} rows cannot be sorted by {query.sort_key!r} of another table.")
    columns = (field.column, listing.unique)
    return tuple(column.desc() if query.descending else column.asc() for column in columns)


def _offset(token: str) -> int:
    if not token:
        return 0
    if not token.isascii() or not token.isdigit() or len(token) > 18:  # noqa: PLR2004  # digits of a 63-bit integer
        raise InvalidInput(f"token is {token!r}: give the token of the page before, or none for the first page.")
    return int(token)


def _condition(clause: str, listing: Listing) -> Condition:
    match = _CLAUSE.fullmatch(clause)
    if match is None:
        raise InvalidInput(f"filters: {clause!r} is not of the form function(field,value), as in eq(name,train).")
    compare = _COMPARISONS.get(match["function"])
    if compare is None:
        raise InvalidInput(
            f"filters: there is no function {match['function']!r} (in {clause!r}); there are {', '.join(_COMPARISONS)}."
        )
    field = _field(match["field"], listing)
    try:
        condition = compare(field, unquote(match["value"].strip()))
    except ValueError as error:
        raise InvalidInput(f"filters: {clause!r}: {error}") from error
    return condition if field.within is None else field.within(condition)


def _field(name: str, listing: Listing) -> Field:
    field = listing.fields.get(name.removeprefix(f"{listing.entity}."))
    if field is not None:
        return field
    near = get_close_matches(name, listing.fields, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(listing.fields))}."
    raise InvalidInput(f"{listing.entity} rows have no field {name!r}: {hint}")


def _values(field: Field, value: str) -> list[object]:
    return [field.parse(part.strip()) for part in value.split(";")]


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_COMPARISONS: dict[str, Callable[[Field, str], Condition]] = {
    "eq": lambda field, value: field.column == field.parse(value),
    "ne": lambda field, value: field.column != field.parse(value),
    "gt": lambda field, value: field.column > field.parse(value),
    "gte": lambda field, value: field.column >= field.parse(value),
    "lt": lambda field, value: field.column < field.parse(value),
    "lte": lambda field, value: field.column <= field.parse(value),
    "contains": lambda field, value: field.column.like(f"%{_escaped(value)}%", escape="\\"),
    "not_like": lambda field, value: field.column.not_like(value, escape="\\"),
    "value_in": lambda field, value: field.column.in_(_values(field, value)),
    "value_not_in": lambda field, value: field.column.not_in(_values(field, value)),
}
