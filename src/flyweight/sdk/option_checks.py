"""Refuses options that there are not, and values that an option does not take, where they are given."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from flyweight.errors import InvalidInput
from flyweight.sdk.cache import Cache
from flyweight.sdk.documentation import Documented
from flyweight.sdk.image import ImageSpec
from flyweight.sdk.kinds import LIST, Kinds, require_count, require_kinds
from flyweight.sdk.resources import Resources, require_quantity
from flyweight.sdk.task_metadata import duration, require_retries
from flyweight.sdk.wire import message_of

TASK_KINDS: Final[Kinds] = {
    "requests": (Resources,),
    "limits": (Resources,),
    "resources": (Resources,),
    "environment": (Mapping,),
    "labels": (Mapping,),
    "annotations": (Mapping,),
    "container_image": (str, ImageSpec),
    "shared_memory": (bool, str),
    "secret_requests": LIST,
    "docs": (Documented,),
    "deck_fields": LIST,
    "node_dependency_hints": (Iterable,),
    "cache": (bool, Cache),
    "cache_version": (str,),
    "cache_serialize": (bool,),
    "cache_ignore_input_vars": LIST,
    "interruptible": (bool,),
    "deprecated": (str,),
    "enable_deck": (bool,),
    "disable_deck": (bool,),
    "pickle_untyped": (bool,),
    "pod_template_name": (str,),
}
"""Of ``@task``, task classes and ``with_overrides``."""


def _require_memory(name: str, value: object) -> None:
    if isinstance(value, str):
        require_quantity(name, value)


_CHECKS: Final[Mapping[str, Callable[[str, object], object]]] = {
    "retries": lambda _, value: require_retries(value),
    "timeout": lambda _, value: duration(value),
    "shared_memory": _require_memory,
    "accelerator": lambda _, value: message_of("`accelerator`", value, "flyteidl.core.GPUAccelerator"),
    "max_parallelism": require_count,
}
"""What an option's value must be beside of the right kind, wherever there is such an option."""


def require_known(where: str, settings: Mapping[str, object], known: type, kinds: Kinds = TASK_KINDS) -> None:
    """Refuse an option that there is not, and a value that it does not take; None stands for one that is not given.

    Raises:
        InvalidInput: names the option, and the one that may have been meant, or what it takes.

    """
    options: Mapping[str, object] = known.__annotations__  # a TypedDict's hold those of its bases
    for name in settings:
        if name not in options:
            near = difflib.get_close_matches(name, options, n=1)
            hint = f" Did you mean `{near[0]}`?" if near else f" There are: {', '.join(sorted(options))}."
            raise InvalidInput(f"{where} has no option `{name}`.{hint}")
    require_kinds(where, settings, kinds)
    for name, value in settings.items():
        if value is not None and name in _CHECKS:
            _CHECKS[name](name, value)
