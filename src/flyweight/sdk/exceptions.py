"""Flyte's names for what can go wrong, for user code that raises or catches them; the tree itself is ``errors``."""

from flyweight.errors import (
    AlreadyExists as FlyteEntityAlreadyExistsException,
)
from flyweight.errors import (
    DeadlineExceeded as FlyteTimeout,
)
from flyweight.errors import (
    FlyweightError as FlyteException,
)
from flyweight.errors import (
    InvalidInput as FlyteValueException,
)
from flyweight.errors import (
    NotFound as FlyteEntityNotExistException,
)
from flyweight.errors import (
    PlatformError as FlyteSystemException,
)
from flyweight.errors import (
    PreconditionFailed as FlyteAssertion,
)
from flyweight.errors import (
    RecoverableError as FlyteRecoverableException,
)
from flyweight.errors import (
    TypeMismatch as FlyteTypeException,
)
from flyweight.errors import (
    Unauthenticated as FlyteAuthenticationException,
)
from flyweight.errors import (
    UserError as FlyteUserException,
)

__all__ = [
    "FlyteAssertion",
    "FlyteAuthenticationException",
    "FlyteEntityAlreadyExistsException",
    "FlyteEntityNotExistException",
    "FlyteException",
    "FlyteRecoverableException",
    "FlyteSystemException",
    "FlyteTimeout",
    "FlyteTypeException",
    "FlyteUserException",
    "FlyteValueException",
]
