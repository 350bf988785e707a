"""Names as callers send them: checked against Flyte's rules; an unknown one is answered with the nearest known.

Every refusal says which field is wrong, what was given and what would be right.
"""

import difflib
import re
from collections.abc import Iterable

from flyteidl.core import identifier_pb2

from flyweight.errors import InvalidInput, NotFound
from flyweight.ids import EXECUTION_NAME, EntityKey, entity_key

MAX_FIELD = 255
"""Flyte's database columns hold 255 characters."""

_FEW = 8
_DNS_LABEL = re.compile(r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$")
_RESERVED = frozenset("!*'();:@&=+$,/?#[]% ")
"""What a version may not hold: it stands in addresses (flyteadmin, validation/validation.go)."""

_KINDS = {
    identifier_pb2.TASK: "task",
    identifier_pb2.WORKFLOW: "workflow",
    identifier_pb2.LAUNCH_PLAN: "launch plan",
}


def kind_name(kind: identifier_pb2.ResourceType) -> str:
    """Name a kind of entity in words."""
    return _KINDS.get(kind, "entity")


def checked_key(kind: identifier_pb2.ResourceType, given: identifier_pb2.Identifier) -> EntityKey:
    """Take the key of an entity that is to be written or read; raises ``InvalidInput`` for what can be no name."""
    if given.resource_type not in {identifier_pb2.UNSPECIFIED, kind}:
        raise InvalidInput(
            f"the identifier {given.project}:{given.domain}:{given.name} is one of a {kind_name(given.resource_type)}, "
            f"and a {kind_name(kind)} is asked for"
        )
    where = f"the {kind_name(kind)}'s"
    check_project(given.project, given.domain)
    _check_field(f"{where} name", given.name)
    _check_field(f"{where} version", given.version)
    reserved = sorted(_RESERVED.intersection(given.version))
    if reserved:
        raise InvalidInput(
            f"{where} version is {given.version!r} and holds {' '.join(map(repr, reserved))}: "
            "versions stand in addresses, so use letters, digits, '-', '_' and '.'"
        )
    if given.name != given.name.strip() or any(ord(letter) < ord(" ") for letter in given.name):
        raise InvalidInput(f"{where} name {given.name!r} begins or ends with a blank or holds a control character")
    return entity_key(given)


def check_project(project: str, domain: str) -> None:
    """Refuse a project or domain that cannot exist."""
    for field, value in (("project", project), ("domain", domain)):
        _check_field(field, value)
        if not _DNS_LABEL.fullmatch(value):
            raise InvalidInput(
                f"{field} is {value!r}: it must be 1 to 63 lower-case letters, digits and '-', "
                "and begin and end with a letter or digit"
            )


def check_execution_name(name: str) -> None:
    """Refuse a name that Flyte would refuse for an execution."""
    if not EXECUTION_NAME.fullmatch(name):
        raise InvalidInput(
            f"the execution name {name!r} is not valid: it must begin with a lower-case letter and hold at most "
            "63 lower-case letters, digits and '-'"
        )


def parse_key(text: str) -> EntityKey:
    """Read ``project:domain:name:version`` back; names may hold colons, the other parts never do."""
    project, domain, rest = text.split(":", 2)
    name, _, version = rest.rpartition(":")
    return EntityKey(project, domain, name, version)


def unknown(what: str, name: str, known: Iterable[str], *, where: str) -> NotFound:
    """Say that there is no such thing, and name what was probably meant, or what there is."""
    names = list(known)
    nearest = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    if nearest:
        hint = f" Did you mean {' or '.join(map(repr, nearest))}?"
    elif names and len(names) <= _FEW:
        hint = f" There is {', '.join(map(repr, sorted(names)))}."
    else:
        hint = "" if names else " There is none at all yet."
    return NotFound(f"there is no {what} {name!r} in {where}.{hint}")


def _check_field(field: str, value: str) -> None:
    if not value:
        raise InvalidInput(f"{field} is missing")
    if len(value) > MAX_FIELD:
        raise InvalidInput(f"{field} is {len(value)} characters long, the limit is {MAX_FIELD}: {value[:40]}...")
