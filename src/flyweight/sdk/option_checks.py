"""Refuses options that there are not, and values of a kind that an option does not take, where they are given."""

import difflib
from collections.abc import Mapping
from typing import Final, cast

from flyweight.errors import InvalidInput
from flyweight.sdk.cache import Cache
from flyweight.sdk.image import ImageSpec
from flyweight.sdk.resources import Resources

Kinds = Mapping[str, tuple[type, ...]]
"""The classes whose values an option takes, by its name; one that is not named is looked at elsewhere."""

TASK_KINDS: Final[Kinds] = {
    "requests": (Resources,),
    "limits": (Resources,),
    "resources": (Resources,),
    "environment": (Mapping,),
    "labels": (Mapping,),
    "annotations": (Mapping,),
    "container_image": (str, ImageSpec),
    "shared_memory": (bool, str),
    "cache": (bool, Cache),
    "cache_version": (str,),
    "cache_serialize": (bool,),
    "cache_ignore_input_vars": (tuple, list, set, frozenset),
    "interruptible": (bool,),
    "deprecated": (str,),
    "enable_deck": (bool,),
    "disable_deck": (bool,),
    "pickle_untyped": (bool,),
    "pod_template_name": (str,),
}
"""Of ``@task``, task classes and ``with_overrides``."""


def require_known(where: str, settings: Mapping[str, object], known: type, kinds: Kinds = TASK_KINDS) -> None:
    """Refuse an option that there is not, and a value that it does not take; None stands for one that is not given.

    Raises:
        InvalidInput: names the option, and the one that may have been meant, or what it takes.

    """
    options: Mapping[str, object] = known.__annotations__  # a TypedDict's hold those of its bases
    for name, value in settings.items():
        if name not in options:
            near = difflib.get_close_matches(name, options, n=1)
            hint = f" Did you mean `{near[0]}`?" if near else f" There are: {', '.join(sorted(options))}."
            raise InvalidInput(f"{where} has no option `{name}`.{hint}")
        if value is not None and name in kinds:
            _require_kind(where, name, value, kinds[name])


def _require_kind(where: str, name: str, value: object, kinds: tuple[type, ...]) -> None:
    if not isinstance(value, kinds):
        wanted = " or ".join(kind.__name__ for kind in kinds)
        raise InvalidInput(f"{where}: `{name}` takes {wanted}, not {value!r}.")
    if isinstance(value, Mapping):
        for key, text in cast("Mapping[object, object]", value).items():
            if not isinstance(key, str) or not isinstance(text, str):
                raise InvalidInput(f"{where}: `{name}` takes texts by name, not {key!r}: {text!r}.")
