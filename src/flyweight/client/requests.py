"""Requests of ``remote.client`` from flytekit's arguments: models become messages, filters become Flyte's text."""

from collections.abc import Iterable
from typing import Any

from flyteidl.admin import common_pb2

from flyweight.client.fetch import filters_text


def message(given: Any) -> Any:
    """Give the flyteidl message of one of flytekit's models; a message, and None, as they are."""
    to_message = getattr(given, "to_flyte_idl", None)
    return given if to_message is None else to_message()


def list_request(
    identifier: Any, limit: int, token: str | None, filters: Iterable[Any] | None, sort_by: Any
) -> common_pb2.ResourceListRequest:
    """Ask for a page of what a name, or a project's domain, has."""
    return common_pb2.ResourceListRequest(
        id=message(identifier),
        limit=limit,
        token=token or "",
        filters=filters_text(filters),
        sort_by=message(sort_by),
    )


def ids_request(
    project: str, domain: str, limit: int, token: str | None, sort_by: Any
) -> common_pb2.NamedEntityIdentifierListRequest:
    """Ask for a page of names."""
    return common_pb2.NamedEntityIdentifierListRequest(
        project=project, domain=domain, limit=limit, token=token or "", sort_by=message(sort_by)
    )
