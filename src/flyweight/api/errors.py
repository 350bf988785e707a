"""The one mapping between wire codes, gRPC statuses and HTTP statuses, and from any exception to what a caller is told.

Called at the borders (``grpc_server``, ``rest``, ``blobs``); what is not of our own tree is logged with its traceback
and answered with the request's id alone, so that no internals leak and the log line is found.
"""

import logging
from dataclasses import dataclass

from flyweight.api.grpc_library import grpc
from flyweight.errors import Code, FlyweightError, PlatformError

logger = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 7000
"""gRPC sends the message in a trailer, percent-encoded; clients refuse more than 8 KB of those by default."""

_HTTP = {
    Code.ABORTED: 409,
    Code.ALREADY_EXISTS: 409,
    Code.DEADLINE_EXCEEDED: 504,
    Code.FAILED_PRECONDITION: 400,
    Code.INTERNAL: 500,
    Code.INVALID_ARGUMENT: 400,
    Code.NOT_FOUND: 404,
    Code.PERMISSION_DENIED: 403,
    Code.RESOURCE_EXHAUSTED: 429,
    Code.UNAUTHENTICATED: 401,
    Code.UNAVAILABLE: 503,
    Code.UNIMPLEMENTED: 501,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What a caller is told when a request fails."""

    code: Code
    message: str

    @property
    def grpc_status(self) -> grpc.StatusCode:
        """The status that gRPC clients see."""
        return grpc.StatusCode[self.code.name]

    @property
    def grpc_number(self) -> int:
        """The number of that status, as grpc-gateway's JSON carries it."""
        return NUMBERS[self.code]

    @property
    def http_status(self) -> int:
        """The status that HTTP clients see: grpc-gateway's mapping."""
        return _HTTP[self.code]


NUMBERS: dict[Code, int] = {code: grpc.StatusCode[code.name].value[0] for code in Code}


def failure(problem: Exception, method: str, request_id: str) -> Failure:
    """Tell the caller's part of an exception, and log the platform's part.

    Args:
        problem: What was raised.
        method: Name of the RPC or path, for the log.
        request_id: Stands in the log, and in the answer when the fault is ours.
    """
    if isinstance(problem, PlatformError) and problem.code is Code.INTERNAL:
        logger.error("request %s (%s) failed: %s", request_id, method, problem, exc_info=problem)
        return Failure(code=problem.code, message=_bounded(f"{problem.message} (request {request_id})", request_id))
    if isinstance(problem, FlyweightError):
        logger.debug("request %s (%s) refused: %s: %s", request_id, method, problem.code.value, problem)
        return Failure(code=problem.code, message=_bounded(problem.message, request_id))
    logger.error("request %s (%s) failed unexpectedly", request_id, method, exc_info=problem)
    return Failure(
        code=Code.INTERNAL,
        message=f"Flyweight failed unexpectedly in {method}. Look for request {request_id} in the server's log, "
        "and please report it.",
    )


def _bounded(message: str, request_id: str) -> str:
    """Cut a message to what every client accepts as a trailer; the whole of it goes to the log."""
    room = MAX_MESSAGE_BYTES
    for position, letter in enumerate(message):
        room -= 1 if " " <= letter <= "~" and letter != "%" else 3 * len(letter.encode())
        if room < 0:
            logger.warning("request %s: message cut for the caller, here in full: %s", request_id, message)
            rest = len(message) - position
            return f"{message[:position]}\n... ({rest} more characters in the server's log, request {request_id})"
    return message
