"""A gRPC server in this process that answers what a test tells it to: the other end of the wire."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

from flyweight.client.rpcs import Rpc


class ScriptedServer(grpc.GenericRpcHandler):
    """Answers calls by functions, counts them, and refuses what it was not told."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []
        self._answers: dict[str, tuple[Rpc, Callable[[Any], Any], bool]] = {}
        self._server = grpc.server(ThreadPoolExecutor(8), handlers=[self])
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def answer(self, rpc: Rpc, function: Callable[[Any], Any], *, stream: bool = False) -> None:
        """Answer a call by a function of the request; a status raised as ``Refusal`` becomes the answer."""
        self._answers[rpc.path] = (rpc, function, stream)

    def names(self) -> list[str]:
        return [name for name, _ in self.calls]

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        found = self._answers.get(details.method)
        if found is None:
            return None
        rpc, function, stream = found

        def respond(request: Any, context: grpc.ServicerContext) -> Any:
            self.calls.append((rpc.name, request))
            try:
                return function(request)
            except Refusal as refusal:
                context.abort(refusal.status, refusal.details)

        def respond_many(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            self.calls.append((rpc.name, request))
            try:
                yield from function(request)
            except Refusal as refusal:
                context.abort(refusal.status, refusal.details)

        make = grpc.unary_stream_rpc_method_handler if stream else grpc.unary_unary_rpc_method_handler
        return make(
            respond_many if stream else respond,
            request_deserializer=rpc.request.FromString,
            response_serializer=rpc.reply.SerializeToString,
        )

    def stop(self) -> None:
        self._server.stop(None).wait()


class Refusal(Exception):
    def __init__(self, status: grpc.StatusCode, details: str) -> None:
        self.status = status
        self.details = details
