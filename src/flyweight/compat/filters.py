"""``flytekit.models.filters``: conditions on lists of the control plane, as the text that its requests carry."""

from collections.abc import Iterable
from typing import ClassVar


class Filter:
    """A condition on one field: ``eq(name,value)``."""

    comparator: ClassVar[str] = ""

    def __init__(self, key: str, value: object) -> None:
        self.key = key
        self.value = value

    def to_flyte_idl(self) -> str:
        """Give the text of the condition."""
        return f"{self.comparator}({self.key},{self.value})"


class Equal(Filter):
    """The field has this value."""

    comparator = "eq"


class NotEqual(Filter):
    """The field has another value."""

    comparator = "ne"


class GreaterThan(Filter):
    """The field is greater."""

    comparator = "gt"


class GreaterThanOrEqual(Filter):
    """The field is greater or equal."""

    comparator = "gte"


class LessThan(Filter):
    """The field is less."""

    comparator = "lt"


class LessThanOrEqual(Filter):
    """The field is less or equal."""

    comparator = "lte"


class SetFilter(Filter):
    """A condition with several values."""

    def __init__(self, key: str, values: Iterable[object]) -> None:
        super().__init__(key, ";".join(str(value) for value in values))


class Contains(SetFilter):
    """The field contains one of the values."""

    comparator = "contains"


class ValueIn(SetFilter):
    """The field has one of the values."""

    comparator = "value_in"


class ValueNotIn(SetFilter):
    """The field has none of the values."""

    comparator = "value_not_in"


class FilterList:
    """Conditions that must all hold."""

    def __init__(self, filter_list: Iterable[Filter]) -> None:
        self._filters = list(filter_list)

    def to_flyte_idl(self) -> str:
        """Give the text of all conditions."""
        return "+".join(one.to_flyte_idl() for one in self._filters)
