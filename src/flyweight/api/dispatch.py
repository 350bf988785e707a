"""Finds, for every method of a service descriptor, the coroutine that answers it: the contract of services by name.

``grpc_server`` and ``rest`` are built from what this finds. A method that no service has answers UNIMPLEMENTED.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flyteidl.service import admin_pb2, auth_pb2, dataproxy_pb2, identity_pb2, signal_pb2
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from flyweight.errors import InvalidInput, TooLarge, Unsupported
from flyweight.protocol import watch_pb2

Unary = Callable[[Message], Awaitable[Message]]
Streaming = Callable[[Message], AsyncIterator[Message]]

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rpc:
    """One method of one service, and who answers it."""

    descriptor: MethodDescriptor
    request_type: type[Message]
    streams: bool
    """Whether it answers with a stream; ``answer`` is then an async generator function."""
    answer: Callable[[Message], Any] | None
    """The service's method; None when no service has it."""

    @property
    def name(self) -> str:
        """Service and method, for messages: ``AdminService.GetTask``."""
        return f"{self.descriptor.containing_service.name}.{self.descriptor.name}"

    @property
    def path(self) -> str:
        """The path that gRPC sends: ``/flyteidl.service.AdminService/GetTask``."""
        return f"/{self.descriptor.containing_service.full_name}/{self.descriptor.name}"

    def parse(self, body: bytes, limit: int) -> Message:
        """Read a request from its bytes.

        Raises:
            TooLarge: There are more than ``limit`` bytes.
            InvalidInput: They are not such a message.
        """
        refuse_large(len(body), limit)
        try:
            return self.request_type.FromString(body)
        except DecodeError as problem:
            raise InvalidInput(f"this is not a {self.request_type.DESCRIPTOR.full_name}: {problem}") from problem

    def unary(self) -> Unary:
        """Give the coroutine function; raises ``Unsupported`` when no service has it."""
        if self.answer is None:
            raise self.missing()
        return self.answer

    def stream(self) -> Streaming:
        """Give the async generator function; raises ``Unsupported`` when no service has it."""
        if self.answer is None:
            raise self.missing()
        return self.answer

    def missing(self) -> Unsupported:
        """Say that no service has this method."""
        return Unsupported(f"{self.name} is part of Flyte's API, but this version of Flyweight does not have it yet")


def service_descriptors() -> list[ServiceDescriptor]:
    """List the services that the platform speaks: Flyte's for clients, and our own."""
    files = (admin_pb2, dataproxy_pb2, signal_pb2, identity_pb2, auth_pb2, watch_pb2)
    return [service for file in files for service in file.DESCRIPTOR.services_by_name.values()]


def find_rpcs(services: Iterable[object], descriptors: Iterable[ServiceDescriptor]) -> list[Rpc]:
    """Pair every method of the descriptors with the first service object that has a method of its snake_case name."""
    objects = tuple(services)
    return [
        Rpc(
            descriptor=method,
            request_type=GetMessageClass(method.input_type),
            streams=method.server_streaming,
            answer=_lookup(objects, snake_case(method.name)),
        )
        for service in descriptors
        for method in service.methods
    ]


def snake_case(name: str) -> str:
    """``GetOAuth2Metadata`` -> ``get_o_auth2_metadata``, ``ListTaskIds`` -> ``list_task_ids``."""
    return _WORD_START.sub("_", name).lower()


def refuse_large(size: int, limit: int) -> None:
    """Raise ``TooLarge`` when a request of ``size`` bytes is above the limit."""
    if size > limit:
        raise TooLarge(
            f"the request has {size / 1e6:.1f} MB, the limit is {limit / 1e6:.1f} MB. Pass large values as files, "
            "folders or dataframes (they are uploaded apart), or raise the platform's max_request_bytes"
        )


def _lookup(objects: tuple[object, ...], name: str) -> Callable[[Message], Any] | None:
    for service in objects:
        answer = getattr(service, name, None)
        if callable(answer):
            return answer
    return None
