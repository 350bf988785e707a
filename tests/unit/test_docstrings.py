"""Every public name says what it means: a first line, and each parameter by name, in its docstring or beside its field."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any

import pytest

import flyweight
import flyweight.types
from flyweight.sdk.node import Overrides
from flyweight.sdk.options import BodyOfFunctionSettings, BodySettings, ClassSettings, TaskSettings
from flyweight.sdk.workflow import WorkflowSettings

PUBLIC: dict[str, Any] = {
    f"{face.__name__}.{name}": getattr(face, name)
    for face in (flyweight, flyweight.types)
    for name in face.__all__
    if not isinstance(getattr(face, name), UnionType)  # an alias of types: its module says what it is
}
TOLD_ELSEWHERE = {"self", "cls", "args", "kwargs", "_"}
"""What is every signature's own; options of decorators stand in the class of their TypedDict."""


def parameters(what: Any) -> list[str]:
    """Names of what a user gives."""
    if isinstance(what, type) and issubclass(what, Enum):
        return []
    try:
        signature = inspect.signature(what)
    except (TypeError, ValueError):
        return []
    return [name for name in signature.parameters if name not in TOLD_ELSEWHERE and not name.startswith("_")]


def told(what: Any) -> str:
    """The docstring, and for a class those of its bases and the texts beside its fields."""
    texts = [inspect.getdoc(what) or ""]
    for one in what.__mro__ if isinstance(what, type) else ():
        if one.__module__.startswith("flyweight"):
            texts += [inspect.getdoc(one) or "", inspect.getdoc(one.__init__) or "", *described_fields(one)]
    return "\n".join(texts)


@cache
def source(what: Any) -> ast.stmt:
    """The statement that made a class or function; many names share their bases."""
    return ast.parse(textwrap.dedent(inspect.getsource(what))).body[0]


def described_fields(what: type) -> Iterator[str]:
    """Fields of a class that a text follows, or a comment or docstring explains."""
    body = source(what)
    assert isinstance(body, ast.ClassDef)
    for statement, after in zip(body.body, [*body.body[1:], None], strict=True):
        described = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if described and isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield f"``{statement.target.id}``"


def methods(what: Any) -> Iterator[tuple[str, Any]]:
    """Public methods and properties that a class defines itself."""
    for name, value in vars(what).items() if isinstance(what, type) else ():
        member = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
        if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
            yield name, member


def untold(what: Any) -> list[str]:
    """Parameters that no text names."""
    text = told(what)
    return [
        name for name in parameters(what) if not re.search(rf"^\s*{name}:|``[^`]*\b{name}\b[^`]*``", text, re.MULTILINE)
    ]


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_a_public_name_says_what_it_means(name: str) -> None:
    what = PUBLIC[name]
    first = (inspect.getdoc(what) or "").partition("\n")[0]
    assert re.fullmatch(r".{10,120}[.:]", first), f"its first line is no sentence: {first!r}"
    assert untold(what) == [], "say what these mean (units, defaults), as `Args:` or beside the field"
    silent = [member for member, value in methods(what) if not inspect.getdoc(value)]
    assert silent == [], "these have no docstring"


@pytest.mark.parametrize(
    "options",
    [BodySettings, BodyOfFunctionSettings, ClassSettings, TaskSettings, WorkflowSettings, Overrides],
    ids=lambda one: one.__name__,
)
def test_an_option_says_what_it_means(options: type) -> None:
    own = source(options)
    assert isinstance(own, ast.ClassDef)
    names = {one.target.id for one in own.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)}
    described = {field.strip("`") for field in described_fields(options)}
    assert names - described == set()


def raised(what: Any) -> set[str]:
    """The exceptions that a function's own statements raise; not those of the functions in it, nor what cannot be."""
    body = source(what)
    waiting: list[ast.AST] = list(getattr(body, "body", ()))
    found: set[str] = set()
    for node in waiting:  # which grows on the way
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Raise) and node.exc is not None:
            called = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            found.add(called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", ""))
    return {name for name in found if name[:1].isupper()} - {"AssertionError", "AttributeError", "NotImplementedError"}


def raising(what: Any) -> Iterator[tuple[str, Any]]:
    """Functions that may raise something, each with the text that must say so."""
    if inspect.isfunction(what):
        yield inspect.getdoc(what) or "", what
    bases = what.__mro__ if isinstance(what, type) else ()
    for name, member in ((name, member) for one in bases for name, member in vars(one).items()):
        function = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        function = function.fget if isinstance(function, property) else function
        if not inspect.isfunction(function) or not function.__module__.startswith("flyweight"):
            continue
        if name in {"__init__", "__post_init__", "__new__", "__call__"}:
            yield told(what) + (inspect.getdoc(function) or ""), function
        elif not name.startswith("_"):
            yield inspect.getdoc(function) or "", function


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_what_is_raised_is_said(name: str) -> None:
    what = inspect.unwrap(PUBLIC[name]) if inspect.isfunction(PUBLIC[name]) else PUBLIC[name]
    silent = {
        function.__qualname__: sorted(one for one in raised(function) if one not in text)
        for text, function in raising(what)
        if "<string>" not in function.__code__.co_filename
    }
    assert {place: kinds for place, kinds in silent.items() if kinds} == {}, "say so under `Raises:`"
