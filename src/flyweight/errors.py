"""The whole exception tree of Flyweight: whose fault it is, which wire code it bears, and what to do next.

    FlyweightError
    ├── UserError                      the caller or the user's code is at fault: change something, then try again
    │   ├── InvalidInput               INVALID_ARGUMENT     a value, name, flag or request is wrong
    │   │   ├── TypeMismatch                                a value does not fit the declared type
    │   │   └── CompileError                                a workflow or its registration does not hold together
    │   ├── NotFound                   NOT_FOUND            no such entity, execution, object or version
    │   ├── AlreadyExists              ALREADY_EXISTS       the same thing is there already
    │   ├── PreconditionFailed         FAILED_PRECONDITION  the thing is in a state that does not allow this
    │   ├── TooLarge                   RESOURCE_EXHAUSTED   a value or request is past its limit
    │   ├── Unauthenticated            UNAUTHENTICATED      no credential, or a stale one
    │   ├── PermissionDenied           PERMISSION_DENIED    a link or caller that may not do this
    │   ├── MissingExtra               FAILED_PRECONDITION  an optional library is not installed
    │   └── TaskFailed                 ABORTED              user code raised; carries the user's own traceback
    │       └── RecoverableError                            user code asks for a retry
    ├── PlatformError                  INTERNAL             our fault, or the machine's: report it with the log
    │   ├── Unsupported                UNIMPLEMENTED        Flyte has it and this version does not
    │   └── StorageFailed              INTERNAL             database or object store refused a write for good
    └── TryAgain                       UNAVAILABLE          nothing is wrong with the request: send it again later
        └── DeadlineExceeded           DEADLINE_EXCEEDED    it took longer than was allowed

A class's docstring is its message when none is given; data that a program may want stands in attributes.
Boundaries (API, command line, worker) turn these into status codes, exit codes and ``error.pb``; nobody else catches
the base classes.
"""

from enum import Enum


class Code(Enum):
    """Wire codes by gRPC's names; the API maps them to gRPC and HTTP status, so that only it knows those libraries."""

    ABORTED = "ABORTED"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    FAILED_PRECONDITION = "FAILED_PRECONDITION"
    INTERNAL = "INTERNAL"
    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    NOT_FOUND = "NOT_FOUND"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    RESOURCE_EXHAUSTED = "RESOURCE_EXHAUSTED"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    UNAVAILABLE = "UNAVAILABLE"
    UNIMPLEMENTED = "UNIMPLEMENTED"


class FlyweightError(Exception):
    """Something went wrong in Flyweight."""

    code: Code = Code.INTERNAL

    def __init__(self, message: str = "") -> None:
        self.message = message or (self.__doc__ or type(self).__name__).strip()
        super().__init__(self.message)


class UserError(FlyweightError):
    """The request or the user's code is at fault."""

    code = Code.INVALID_ARGUMENT


class InvalidInput(UserError):
    """A value, name or request is not valid."""


class TypeMismatch(InvalidInput, TypeError):
    """A value does not fit the declared type."""

    def __init__(self, message: str = "", *, path: str = "") -> None:
        self.path = path
        self.reason = message
        super().__init__(f"{path}: {message}" if path else message)


class CompileError(InvalidInput):
    """A workflow does not hold together; ``problems`` lists every fault found, each naming its node and binding."""

    def __init__(self, message: str = "", *, problems: tuple[str, ...] = ()) -> None:
        self.problems = problems
        super().__init__("\n".join([message, *(f"  - {problem}" for problem in problems)]) if problems else message)


class NotFound(UserError):
    """No such thing here."""

    code = Code.NOT_FOUND


class AlreadyExists(UserError):
    """The same thing exists already."""

    code = Code.ALREADY_EXISTS


class PreconditionFailed(UserError):
    """The thing is in a state that does not allow this."""

    code = Code.FAILED_PRECONDITION


class TooLarge(UserError):
    """A value or request is past its limit."""

    code = Code.RESOURCE_EXHAUSTED


class Unauthenticated(UserError):
    """No credential was given, or it is no longer valid."""

    code = Code.UNAUTHENTICATED


class PermissionDenied(UserError):
    """This link or caller may not do that."""

    code = Code.PERMISSION_DENIED


class MissingExtra(UserError, ImportError):
    """An optional library is not installed; ``extra`` names the extra that brings it."""

    code = Code.FAILED_PRECONDITION

    def __init__(self, library: str, extra: str) -> None:
        self.extra = extra
        super().__init__(f"{library} is not installed. It comes with an extra: pip install 'flyweight[{extra}]'")


class TaskFailed(UserError):
    """A task's code failed; the message holds the user's frames first."""

    code = Code.ABORTED


class RecoverableError(TaskFailed):
    """Raised in a task to say: try this attempt again, if the task has retries left.

    Args:
        message: why; shown with the attempt.

    """


class PlatformError(FlyweightError):
    """Flyweight itself failed. The server's log has the traceback; please report it."""


class Unsupported(PlatformError):
    """Flyte has this, and this version of Flyweight does not yet."""

    code = Code.UNIMPLEMENTED


class StorageFailed(PlatformError):
    """The database or the object store refused a write."""


class TryAgain(FlyweightError):
    """Nothing is wrong with the request: send it again in a moment."""

    code = Code.UNAVAILABLE


class DeadlineExceeded(TryAgain):
    """This took longer than was allowed."""

    code = Code.DEADLINE_EXCEEDED
