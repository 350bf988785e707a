"""Turns a function's signature into an ``Interface``: names, Python types, defaults and texts of inputs and outputs."""

import collections
import inspect
import typing
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import NoneType

from flyweight.errors import InvalidInput
from flyweight.sdk.docstring import Docstring, parse_docstring
from flyweight.types.mismatch import shown, type_name, unknown_name


@dataclass(frozen=True, slots=True)
class Interface:
    """What goes into an entity and what comes out, in Python's types.

    Args:
        inputs: types by name.
        outputs: types by name.
        defaults: of inputs that have one.
        output_class: the NamedTuple that is returned, if one is.
        docstring: texts for the console.

    Example:
        >>> Interface(kwtypes(x=int), kwtypes(o0=str)).required
        ('x',)

    """

    inputs: Mapping[str, typing.Any] = field(default_factory=dict)
    """Types by name; a pair of a type and a value gives the input a default."""
    outputs: Mapping[str, typing.Any] = field(default_factory=dict)
    defaults: Mapping[str, object] = field(default_factory=dict)
    """Defaults of inputs that have one."""
    output_class: type | None = None
    """The NamedTuple that the function's annotation names, if it does."""
    docstring: Docstring = field(default_factory=Docstring)

    def __post_init__(self) -> None:
        pairs = {name: entry for name, entry in self.inputs.items() if isinstance(entry, tuple)}
        if pairs:
            types = {name: entry[0] if name in pairs else entry for name, entry in self.inputs.items()}
            object.__setattr__(self, "inputs", types)
            object.__setattr__(self, "defaults", {**{name: entry[1] for name, entry in pairs.items()}, **self.defaults})

    def without(self, names: Iterable[str]) -> "Interface":
        """Give the same interface without some inputs."""
        left_out = set(names)
        if not left_out:
            return self
        return replace(
            self,
            inputs={name: kind for name, kind in self.inputs.items() if name not in left_out},
            defaults={name: value for name, value in self.defaults.items() if name not in left_out},
        )

    @property
    def required(self) -> tuple[str, ...]:
        """Inputs without a default."""
        return tuple(name for name in self.inputs if name not in self.defaults)

    def bind(self, name: str, arguments: tuple[object, ...], named: Mapping[str, object]) -> dict[str, object]:
        """Match call arguments to inputs; defaults are not filled in.

        Raises:
            InvalidInput: too many positional arguments, an unknown name, or one given twice.

        """
        if len(arguments) > len(self.inputs):
            raise InvalidInput(f"{name} takes {len(self.inputs)} inputs, {len(arguments)} were given.")
        bound = dict(zip(self.inputs, arguments, strict=False))
        for key, value in named.items():
            if key not in self.inputs:
                raise InvalidInput(f"{name}: {unknown_name(key, self.inputs)}.")
            if key in bound:
                raise InvalidInput(f"{name} was given input `{key}` twice: by position and by name.")
            bound[key] = value
        return bound

    def require_all(self, name: str, bound: Collection[str]) -> None:
        """Refuse a call that leaves an input without a value.

        Raises:
            InvalidInput: names every missing input with its type.

        """
        missing = [f"`{key}` ({describe_type(self.inputs[key])})" for key in self.inputs if key not in bound]
        if missing:
            plural = "s" if len(missing) > 1 else ""
            raise InvalidInput(
                f"{name} needs input{plural} {', '.join(missing)}: no value was given and there is no default."
            )

    def pack(self, values: Mapping[str, object]) -> object:
        """Turn outputs by name into what the function's annotation promises: nothing, a value, or a (named) tuple."""
        if not self.outputs:
            return None
        if self.output_class is not None:
            return self.output_class(**values)
        ordered = tuple(values[name] for name in self.outputs)
        return ordered[0] if len(ordered) == 1 else ordered

    def unpack(self, name: str, result: object) -> dict[str, object]:
        """Turn what a function returned into outputs by name.

        Raises:
            InvalidInput: the function returned another number of values than it declares.

        """
        if not self.outputs:
            if result is not None:
                raise InvalidInput(
                    f"{name} returned {shown(result)} but declares no output. "
                    f"Annotate the function's return type (`-> {type_name(type(result))}`), or return nothing."
                )
            return {}
        if len(self.outputs) == 1 and self.output_class is None:
            return dict.fromkeys(self.outputs, result)
        if not isinstance(result, tuple) or len(result) != len(self.outputs):
            given = f"{len(result)} values" if isinstance(result, tuple) else shown(result)
            raise InvalidInput(
                f"{name} declares {len(self.outputs)} outputs ({', '.join(self.outputs)}) but returned {given}."
            )
        return dict(zip(self.outputs, result, strict=True))


def interface_of(function: Callable[..., object], *, pickle_untyped: bool = False) -> Interface:
    """Read a function's signature; annotations given as strings are resolved in the function's module.

    With ``pickle_untyped``, an input without a type is an ``Any``, and so is a result without one.

    Raises:
        InvalidInput: an annotation is missing or cannot be resolved, or there is a ``*args`` or ``**kwargs``.

    """
    where = f"{function.__module__}.{function.__qualname__}"
    hints = _resolve_hints(function, where)
    inputs: dict[str, type] = {}
    defaults: dict[str, object] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise InvalidInput(f"{where}: `*{name}` cannot be an input. Name each input and give it a type.")
        if name not in hints and not pickle_untyped:
            raise InvalidInput(f"{where}: input `{name}` has no type. Annotate it, for instance `{name}: int`.")
        inputs[name] = hints.get(name, typing.Any)
        if parameter.default is not parameter.empty:
            defaults[name] = parameter.default
    outputs, output_class = _outputs(hints.get("return", typing.Any if pickle_untyped else NoneType), where)
    return Interface(
        inputs=inputs,
        outputs=outputs,
        defaults=defaults,
        output_class=output_class,
        docstring=parse_docstring(function.__doc__),
    )


def describe_type(python_type: object) -> str:
    """Name a type as a user would write it."""
    return (
        python_type.__name__ if isinstance(python_type, type) and not typing.get_args(python_type) else str(python_type)
    )


def kwtypes(**types: type) -> collections.OrderedDict[str, type]:
    """Give an ordered dictionary of types: columns of a dataframe, or inputs of a task without function.

    Args:
        types: by the name of the column or input.

    """
    return collections.OrderedDict(types)


def _resolve_hints(function: Callable[..., object], where: str) -> dict[str, typing.Any]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except NameError as error:
        raise InvalidInput(
            f"{where}: the annotation `{error.name}` is not defined. Import it in that module."
        ) from error


def _outputs(returned: typing.Any, where: str) -> tuple[dict[str, type], type | None]:
    """Name the outputs of a return annotation: o0, o1, ... or the fields of a NamedTuple."""
    if returned is NoneType or returned is None:
        return {}, None
    if isinstance(returned, type) and issubclass(returned, tuple) and hasattr(returned, "_fields"):
        return dict(typing.get_type_hints(returned, include_extras=True)), returned
    if typing.get_origin(returned) is tuple or isinstance(returned, tuple):  # `-> (int, str)` is Flyte's own form
        members = returned if isinstance(returned, tuple) else typing.get_args(returned)
        if Ellipsis in members:
            raise InvalidInput(f"{where}: `tuple[T, ...]` has no fixed number of outputs. Return `list[T]` instead.")
        return {f"o{index}": member for index, member in enumerate(members)}, None
    if returned is tuple:
        raise InvalidInput(
            f"{where}: a bare `tuple` does not say its outputs' types. Write `tuple[int, str]` or a NamedTuple."
        )
    return {"o0": returned}, None
