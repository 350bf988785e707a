"""Finds what answers a method and path among templates such as ``/api/v1/tasks/{id.project}/{id.domain}``.

Pure. A variable takes one segment, which is unquoted after the split, so that a name with an encoded slash stays one;
where a literal and a variable both fit, the literal wins.
"""

from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import unquote

Target = TypeVar("Target")


@dataclass(slots=True)
class _Place(Generic[Target]):
    literals: "dict[str, _Place[Target]]" = field(default_factory=dict)
    variable: "_Place[Target] | None" = None
    targets: "dict[str, tuple[tuple[str, ...], Target]]" = field(default_factory=dict)
    """By HTTP method: the names of the variables on the way here, and the target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[Target]):
    """What answers, and the values of the path's variables by their names."""

    target: Target
    variables: dict[str, str]


class PathTable(Generic[Target]):
    """A tree of path templates."""

    def __init__(self) -> None:
        self._root: _Place[Target] = _Place()

    def add(self, method: str, template: str, target: Target) -> None:
        """Add a template; of two equal ones the first stays."""
        place, names = self._root, list[str]()
        for segment in _segments(template):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                place.variable = place.variable or _Place()
                place = place.variable
            else:
                place = place.literals.setdefault(segment, _Place())
        place.targets.setdefault(method, (tuple(names), target))

    def find(self, method: str, path: str) -> Found[Target] | None:
        """Find the target of a quoted path; None when no template fits it with that method."""
        for place, values in self._fitting(path):
            if method in place.targets:
                names, target = place.targets[method]
                return Found(target=target, variables=dict(zip(names, values, strict=True)))
        return None

    def methods(self, path: str) -> set[str]:
        """List the methods that are answered at this path."""
        return {method for place, _ in self._fitting(path) for method in place.targets}

    def _fitting(self, path: str) -> list[tuple[_Place[Target], list[str]]]:
        """List the places that a path leads to, those by way of literals first."""
        reached: list[tuple[_Place[Target], list[str]]] = [(self._root, [])]
        for segment in _segments(path):
            text = unquote(segment)
            onward: list[tuple[_Place[Target], list[str]]] = []
            for place, values in reached:
                if text in place.literals:
                    onward.append((place.literals[text], values))
                if place.variable is not None and text:
                    onward.append((place.variable, [*values, text]))
            reached = onward
        return reached


def _segments(path: str) -> list[str]:
    return path.removeprefix("/").split("/")
