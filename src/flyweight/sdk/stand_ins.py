"""Stand-ins for entities while a test runs: a call of the entity here calls the stand-in with its Python values."""

import contextlib
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from flyweight.sdk.entity import AnyEntity

_stand_ins: Final[dict[int, Callable[..., Any]]] = {}


@contextlib.contextmanager
def stand_in(entity: "AnyEntity", function: Callable[..., Any]) -> Generator[None]:
    """Let a function stand for an entity inside the block; it is given the inputs by name."""
    before = _stand_ins.get(id(entity))
    _stand_ins[id(entity)] = function
    try:
        yield
    finally:
        del _stand_ins[id(entity)]
        if before is not None:
            _stand_ins[id(entity)] = before


def stand_in_for(entity: "AnyEntity") -> Callable[..., Any] | None:
    """Give what stands for an entity now, if anything does."""
    return _stand_ins.get(id(entity)) if _stand_ins else None
