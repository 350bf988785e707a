"""Registered entities that are fetched when something of them is first asked for, as flytekit has them."""

import threading
from collections.abc import Callable
from typing import Any

from flyweight.client.entities import FetchedEntity


class LazyEntity:
    """Stands for a registered entity; ``execute`` takes it as the entity itself."""

    def __init__(self, name: str, getter: Callable[[], FetchedEntity]) -> None:
        self._name = name
        self._getter = getter
        self._fetching = threading.Lock()
        self._entity: FetchedEntity | None = None

    @property
    def name(self) -> str:
        """The name it is registered under."""
        return self._name

    def entity_fetched(self) -> bool:
        """Tell whether it has been fetched."""
        return self._entity is not None

    @property
    def entity(self) -> FetchedEntity:
        """The entity, fetched if it was not; raises ``NotFound``."""
        with self._fetching:
            if self._entity is None:
                self._entity = self._getter()
            return self._entity

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.entity, name)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._name}>"
