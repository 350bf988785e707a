"""Mismatches between a call and what it calls: the wording for values and names, and the path to the part at fault."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from reprlib import Repr
from typing import Any

from flyteidl.core.literals_pb2 import Literal

from flyweight.errors import TypeMismatch

_MODULES = re.compile(r"\b(?:\w+\.)+(?=\w)")
_shortener = Repr()
_shortener.maxstring = _shortener.maxother = 80
_shortener.maxlist = _shortener.maxdict = _shortener.maxtuple = _shortener.maxset = 6
_shortener.maxlevel = 3


def type_name(python_type: Any) -> str:
    """Name an annotation the way a user writes it."""
    if python_type is None or python_type is type(None):
        return "None"
    if isinstance(python_type, type) and not hasattr(python_type, "__origin__") and "[" not in repr(python_type):
        return python_type.__qualname__.replace("<locals>.", "")
    text = repr(python_type)
    # What is quoted is a value, dots and all.
    return text.removeprefix("typing.") if "'" in text else _MODULES.sub("", text)


def shortened(value: Any) -> str:
    """Show a value in one line of bounded length."""
    return " ".join(_shortener.repr(value).split())


def shown(value: Any) -> str:
    """Show a value with its type, shortened."""
    text = shortened(value)
    return text if value is None else f"{text} ({type_name(type(value))})"


def mismatch(value: Any, python_type: Any, advice: str = "") -> TypeMismatch:
    """Say that a value does not fit, and what to do."""
    text = f"expected {type_name(python_type)}, got {shown(value)}"
    if value is None and not advice:
        advice = f"if None is meant, annotate it as `{type_name(python_type)} | None`"
    return TypeMismatch(f"{text}; {advice}" if advice else text)


def wrong_literal(literal: Literal, python_type: Any) -> TypeMismatch:
    """Say that a literal is of another family than the annotation."""
    return TypeMismatch(f"expected {type_name(python_type)}, got a literal that holds {literal_kind(literal)}")


def literal_kind(literal: Literal) -> str:
    """Name what a literal holds: ``integer``, ``collection``, ``blob``, ..."""
    if literal.WhichOneof("value") != "scalar":
        return literal.WhichOneof("value") or "nothing"
    scalar = literal.scalar
    if scalar.WhichOneof("value") != "primitive":
        return scalar.WhichOneof("value") or "nothing"
    return scalar.primitive.WhichOneof("value") or "nothing"


def within(segment: str, error: TypeMismatch) -> TypeMismatch:
    """Put a name (``xs``), index (``[3]``) or field (``.name``) before the path of an error from inside."""
    return TypeMismatch(error.reason, path=segment + error.path)


def unknown_name(name: str, known: Iterable[str], kind: str = "input") -> str:
    """Say that a name does not exist, which it probably is, and which exist."""
    names = list(known)
    nearest = get_close_matches(name, names, n=1)
    meant = f"; did you mean '{nearest[0]}'?" if nearest else ""
    exist = f" (there are: {', '.join(names)})" if names else " (there are none)"
    return f"no {kind} is named '{name}'{meant}{exist}"
