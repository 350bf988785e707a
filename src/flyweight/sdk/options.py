"""Everything ``@task`` takes beside the function, checked and brought into one form: ``TaskOptions``."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypedDict, runtime_checkable

from flyweight.errors import InvalidInput
from flyweight.sdk.cache import Cache, VersionParameters
from flyweight.sdk.deck import DeckField
from flyweight.sdk.image import ImageSpec
from flyweight.sdk.node import unknown_option
from flyweight.sdk.resources import Accelerator, Resources
from flyweight.sdk.secret import Secret

ALL_DECKS = tuple(DeckField)


@runtime_checkable
class Documented(Protocol):
    """Something that carries texts for the console."""

    short_description: str | None


class TaskSettings(TypedDict, total=False):
    """The options of ``@task``, named as in flytekit."""

    task_config: object
    cache: bool | Cache
    cache_version: str
    cache_serialize: bool
    cache_ignore_input_vars: Sequence[str]
    retries: int
    """How often to try again after a failure that asks for it; 0 by default."""
    interruptible: bool | None
    deprecated: str
    timeout: int | dt.timedelta | None
    """For each attempt; an integer counts seconds, 0 means none."""
    container_image: str | ImageSpec | None
    environment: dict[str, str] | None
    requests: Resources | None
    limits: Resources | None
    resources: Resources | None
    secret_requests: list[Secret] | None
    execution_mode: object
    node_dependency_hints: Sequence[object] | None
    task_resolver: object
    docs: Documented | None
    disable_deck: bool | None
    enable_deck: bool | None
    deck_fields: Sequence[DeckField] | None
    pod_template: object
    pod_template_name: str | None
    accelerator: Accelerator | None
    pickle_untyped: bool
    shared_memory: bool | str | None
    labels: Mapping[str, str] | None
    annotations: Mapping[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOptions:
    """The options in one form: durations as timedelta, one cache object, one image name, requests and limits apart."""

    task_config: object = None
    cache: Cache | None = None
    cache_version: str = ""
    retries: int = 0
    interruptible: bool | None = None
    deprecated: str = ""
    timeout: dt.timedelta = dt.timedelta(0)
    container_image: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    requests: Resources = field(default_factory=Resources)
    limits: Resources = field(default_factory=Resources)
    secrets: tuple[Secret, ...] = ()
    task_resolver: object = None
    docs: Documented | None = None
    enable_deck: bool = False
    deck_fields: tuple[DeckField, ...] = ALL_DECKS
    pod_template_name: str = ""
    accelerator: Accelerator | None = None
    shared_memory: bool | str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


def task_options(function: Callable[..., object], settings: TaskSettings) -> TaskOptions:
    """Check the options of a task and bring them into one form.

    Raises:
        InvalidInput: an unknown option, or options that contradict each other; says what to write instead.

    """
    for key in settings:
        if key not in TaskSettings.__annotations__:
            raise InvalidInput(unknown_option("@task", key, TaskSettings.__annotations__))
    cache = _cache(settings)
    image = image_name(settings.get("container_image"))
    requests, limits = _resources(settings)
    return TaskOptions(
        task_config=settings.get("task_config"),
        cache=cache,
        cache_version=cache.version_of(VersionParameters(func=function, container_image=image)) if cache else "",
        retries=_retries(settings.get("retries", 0)),
        interruptible=settings.get("interruptible"),
        deprecated=settings.get("deprecated", ""),
        timeout=duration(settings.get("timeout")),
        container_image=image,
        environment=settings.get("environment") or {},
        requests=requests,
        limits=limits,
        secrets=tuple(settings.get("secret_requests") or ()),
        task_resolver=settings.get("task_resolver"),
        docs=settings.get("docs"),
        enable_deck=_enable_deck(settings),
        deck_fields=_deck_fields(settings.get("deck_fields")),
        pod_template_name=settings.get("pod_template_name") or "",
        accelerator=settings.get("accelerator"),
        shared_memory=settings.get("shared_memory"),
        labels=settings.get("labels") or {},
        annotations=settings.get("annotations") or {},
    )


def duration(value: int | dt.timedelta | None) -> dt.timedelta:
    """Read a duration; an integer counts seconds, None is no time at all.

    Raises:
        InvalidInput: neither an integer nor a timedelta.

    """
    match value:
        case None:
            return dt.timedelta(0)
        case dt.timedelta():
            return value
        case int() if not isinstance(value, bool):
            return dt.timedelta(seconds=value)
        case _:
            raise InvalidInput(f"`timeout` takes seconds as an integer, or a timedelta; {value!r} is neither.")


def image_name(image: str | ImageSpec | None) -> str | None:
    """Give an image's name."""
    return image.image_name() if isinstance(image, ImageSpec) else image


def _retries(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InvalidInput(f"`retries` counts further attempts: 0 or more, not {value!r}.")
    return value


def _cache(settings: TaskSettings) -> Cache | None:
    cache = settings.get("cache", False)
    version = settings.get("cache_version", "")
    serialize = settings.get("cache_serialize", False)
    ignored = tuple(settings.get("cache_ignore_input_vars", ()))
    if isinstance(cache, Cache):
        if version or serialize or ignored:
            raise InvalidInput(
                "Give the version, serialize and ignored inputs to Cache(...), or use cache=True: not both."
            )
        return cache
    if not cache:
        if serialize or ignored:
            raise InvalidInput("`cache_serialize` and `cache_ignore_input_vars` mean nothing without cache=True.")
        return None
    return Cache(version=version or None, serialize=serialize, ignored_inputs=ignored)


def _resources(settings: TaskSettings) -> tuple[Resources, Resources]:
    both, requests, limits = settings.get("resources"), settings.get("requests"), settings.get("limits")
    if both is not None:
        if requests is not None or limits is not None:
            raise InvalidInput("`resources` stands for requests and limits together: give it alone, or give the two.")
        return both.split()
    return requests or Resources(), limits or Resources()


def _enable_deck(settings: TaskSettings) -> bool:
    enable, disable = settings.get("enable_deck"), settings.get("disable_deck")
    if enable is not None and disable is not None:
        raise InvalidInput("`enable_deck` and `disable_deck` say the same thing twice; use enable_deck.")
    return enable if enable is not None else disable is False


def _deck_fields(fields: Sequence[DeckField] | None) -> tuple[DeckField, ...]:
    if fields is None:
        return ALL_DECKS
    return tuple(_deck_field(entry) for entry in fields)


def _deck_field(entry: object) -> DeckField:
    """Take a field, also by the name its tab bears."""
    try:
        return DeckField(entry)
    except ValueError as error:
        names = ", ".join(field.name for field in DeckField)
        raise InvalidInput(f"`deck_fields` takes members of DeckField ({names}), not {entry!r}.") from error
