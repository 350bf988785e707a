"""Takes the port: binds loopback in both families, and says who has the port when it is taken."""

import errno
import json
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from socket import AF_INET, AF_INET6, IPPROTO_IPV6, IPV6_V6ONLY, SO_REUSEADDR, SOL_SOCKET, gaierror, getaddrinfo, socket

from flyweight.errors import InvalidInput, PreconditionFailed

LOOPBACK = ("127.0.0.1", "::1")
LOOPBACK_NAMES = ("localhost", *LOOPBACK)
_PROBE_SECONDS = 1.0
_BACKLOG = 512


def is_loopback(host: str) -> bool:
    """Whether a bind address can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def listen(host: str, port: int) -> list[socket]:
    """Bind and listen; a loopback host means 127.0.0.1 and, where the machine has it, ::1.

    Args:
        host: Address or name to bind.
        port: 0 draws a free one, the same for all addresses.

    Returns:
        Listening sockets, the one whose address is to be told first.

    Raises:
        PreconditionFailed: The port is taken; the message tells by whom, if that can be found out.
        InvalidInput: The host or port cannot be bound on this machine.
    """
    if host in LOOPBACK_NAMES:
        first = _bind(AF_INET, LOOPBACK[0], port)
        try:
            second = _bind_if_there(AF_INET6, LOOPBACK[1], first.getsockname()[1])
        except PreconditionFailed:
            first.close()
            raise
        return [first] if second is None else [first, second]
    family, address = _resolve(host)
    return [_bind(family, address, port)]


def _resolve(host: str) -> tuple[int, str]:
    try:
        family, _, _, _, address = getaddrinfo(host, None)[0]
    except gaierror as problem:
        raise InvalidInput(f"cannot listen on {host!r}: {problem.strerror}. Check --host") from problem
    return family, str(address[0])


def _bind(family: int, address: str, port: int) -> socket:
    listener = socket(family)
    try:
        listener.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        if family == AF_INET6:
            listener.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 1)
        listener.bind((address, port))
        listener.listen(_BACKLOG)
        listener.settimeout(0)
    except (OSError, OverflowError) as problem:
        listener.close()
        raise _refusal(problem, address, port) from problem
    return listener


def _bind_if_there(family: int, address: str, port: int) -> socket | None:
    """Bind, or give None on a machine that lacks the address family."""
    try:
        return _bind(family, address, port)
    except (InvalidInput, OSError):
        return None


def _refusal(problem: OSError | OverflowError, address: str, port: int) -> InvalidInput | PreconditionFailed:
    if isinstance(problem, OSError) and problem.errno == errno.EADDRINUSE:
        return PreconditionFailed(
            f"port {port} is taken by {_occupant(address, port)}. Choose another one with --port, or stop that first"
        )
    if isinstance(problem, OSError) and problem.errno == errno.EACCES:
        return InvalidInput(f"this user may not listen on port {port}. Choose one above 1023 with --port")
    return InvalidInput(f"cannot listen on {address} port {port}: {problem}. Check --host and --port")


def _occupant(address: str, port: int) -> str:
    """Ask the port itself: another Flyweight tells its data folder."""
    connection = HTTPConnection(address, port, timeout=_PROBE_SECONDS)
    try:
        connection.request("GET", "/healthcheck")
        told = json.loads(connection.getresponse().read(4096))
        return f"another Flyweight (data folder {told['data_dir']}, process {told['pid']})"
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return "another program"
    finally:
        connection.close()
