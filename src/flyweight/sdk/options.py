"""What ``@task`` and task classes take, checked and brought into one form: ``TaskMetadata`` and ``TaskOptions``."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypedDict, TypeVar, cast

from flyweight.errors import InvalidInput
from flyweight.sdk.cache import Cache, VersionParameters
from flyweight.sdk.deck import DeckField
from flyweight.sdk.documentation import Documented
from flyweight.sdk.entity import AnyEntity
from flyweight.sdk.image import ImageSpec
from flyweight.sdk.option_checks import require_known
from flyweight.sdk.pod_template import PodTemplate
from flyweight.sdk.resources import Resources
from flyweight.sdk.secret import Secret
from flyweight.sdk.security import SecurityContext
from flyweight.sdk.task_metadata import TaskMetadata, duration
from flyweight.sdk.wire import OnTheWire

S = TypeVar("S")
ALL_DECKS = tuple(DeckField)


class ExecutionBehavior(Enum):
    """What calling a task's function gives."""

    DEFAULT = 1
    """Its outputs."""
    DYNAMIC = 2
    """A graph, whose outputs are the task's."""
    EAGER = 3
    """Its outputs; on a platform, what it calls runs as executions of their own."""


class BodySettings(TypedDict, total=False):
    """What ``@task`` and every task class take alike, named as in flytekit."""

    container_image: str | ImageSpec | None
    """The image's name, with ``{{.image.NAME.fqn}}`` of the settings in it, or an ImageSpec; theirs by default."""
    environment: Mapping[str, str] | None
    """Environment variables that the task alone sees."""
    requests: Resources | None
    """What is set aside for it."""
    limits: Resources | None
    """What it may use at most."""
    resources: Resources | None
    """Both in one: a single value is a request, a pair is (request, limit)."""
    secret_requests: Sequence[Secret] | None
    """Secrets that it reads by ``current_context().secrets``."""
    task_resolver: object
    """A ``TaskResolverMixin`` that workers find the task by; by default its module and variable."""
    docs: Documented | None
    """Texts for the console, where the docstring says nothing."""
    disable_deck: bool | None
    """The older form of ``enable_deck``, turned round."""
    enable_deck: bool | None
    """Whether it makes a deck; it does not, by default."""
    deck_fields: Sequence[DeckField] | None
    """Tabs that come by themselves when it does; all, by default."""
    pod_template: PodTemplate | None
    """The Kubernetes pod that it runs in, where there is a cluster."""
    pod_template_name: str | None
    """The name of one that the cluster has."""
    accelerator: OnTheWire | None
    """The kind of GPU or TPU that it needs: a ``GPUAccelerator``, or one of ``flyweight.sdk.accelerators``."""
    shared_memory: bool | str | None
    """Mount shared memory: of any size, or of this one (``"2Gi"``)."""
    labels: Mapping[str, str] | None
    """Of its pods."""
    annotations: Mapping[str, str] | None
    """Of its pods."""


class ClassSettings(BodySettings, total=False):
    """What a task class takes beside its name, type, configuration and interface."""

    metadata: TaskMetadata
    """Retries, timeout, caching and the like."""
    security_ctx: SecurityContext | None
    """In place of ``secret_requests``."""
    task_type_version: int
    """The version of its type's protocol; 0 by default."""


class BodyOfFunctionSettings(BodySettings, total=False):
    """What ``@task`` and the classes of tasks with a function take alike."""

    execution_mode: ExecutionBehavior
    """What calling the function gives; its outputs, by default."""
    node_dependency_hints: Iterable[AnyEntity] | None
    """What a dynamic task may call that its own code does not show: registered along with it."""
    pickle_untyped: bool
    """Let inputs without a type be anything: they travel as pickles."""


class FunctionSettings(ClassSettings, BodyOfFunctionSettings, total=False):
    """What the class of a task with a function takes beside the function, its type and configuration."""

    ignore_input_vars: Iterable[str] | None
    """Parameters of the function that are no inputs: the task's ``execute`` gives them itself."""


class TaskSettings(BodyOfFunctionSettings, total=False):
    """The options of ``@task``, named as in flytekit."""

    task_config: object
    """Settings of a task type: their class chooses the task's, see ``TaskPlugins``."""
    cache: bool | Cache
    """Take outputs from an earlier run with equal inputs and version; not, by default."""
    cache_version: str
    """The version, where ``cache`` is True; by default it follows from the function's code."""
    cache_serialize: bool
    """Let equal calls that come at the same time wait for the first one."""
    cache_ignore_input_vars: Sequence[str]
    """Inputs that do not count."""
    retries: int
    """How often to try again after a failure that asks for it; 0 by default."""
    interruptible: bool | None
    """Whether it may run on a machine that can be taken away; by default the workflow says."""
    deprecated: str
    """Why not to use the task any more."""
    timeout: int | dt.timedelta | None
    """For each attempt; an integer counts seconds, 0 means none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOptions:
    """The options in one form: durations as timedelta, one cache object, one image name, requests and limits apart."""

    cache: Cache | None = None
    cache_version: str = ""
    retries: int = 0
    interruptible: bool | None = None
    deprecated: str = ""
    timeout: dt.timedelta = dt.timedelta(0)
    container_image: str | None = None
    image_spec: ImageSpec | None = None
    """What the image's name stands for, where it was given by its parts."""
    environment: Mapping[str, str] = field(default_factory=dict)
    requests: Resources = field(default_factory=Resources)
    limits: Resources = field(default_factory=Resources)
    security: SecurityContext | None = None
    task_resolver: object = None
    docs: Documented | None = None
    enable_deck: bool = False
    deck_fields: tuple[DeckField, ...] = ALL_DECKS
    pod_template: PodTemplate | None = None
    pod_template_name: str = ""
    accelerator: OnTheWire | None = None
    shared_memory: bool | str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def secrets(self) -> Sequence[Secret]:
        """What the task asks for."""
        return (self.security.secrets if self.security else None) or ()


def metadata_of(function: Callable[..., object], settings: TaskSettings) -> TaskMetadata:
    """Gather what ``@task`` was told about running the task.

    Raises:
        InvalidInput: an unknown option, or options that contradict each other; says what to write instead.

    """
    require_known("@task", settings, TaskSettings)
    cache = _cache(settings)
    parameters = VersionParameters(func=function, container_image=image_name(settings.get("container_image")))
    return TaskMetadata(
        cache=cache is not None,
        cache_version=cache.get_version(parameters) if cache else "",
        cache_serialize=cache.serialize if cache else False,
        cache_ignore_input_vars=cache.get_ignored_inputs() if cache else (),
        interruptible=settings.get("interruptible"),
        deprecated=settings.get("deprecated", ""),
        retries=settings.get("retries", 0),
        timeout=settings.get("timeout"),
    )


def chosen(settings: Mapping[str, object], kind: type[S]) -> S:
    """Give those settings that this kind of settings knows."""
    return cast("S", {key: value for key, value in settings.items() if key in kind.__annotations__})


def class_options(settings: ClassSettings) -> TaskOptions:
    """Check what a task class was given and bring it into one form.

    Raises:
        InvalidInput: an unknown setting, or settings that contradict each other; says what to write instead.

    """
    require_known("A task class", settings, ClassSettings)
    metadata = settings.get("metadata") or TaskMetadata()
    requests, limits = _resources(settings)
    image = settings.get("container_image")
    return TaskOptions(
        cache=_kept_cache(metadata),
        cache_version=metadata.cache_version,
        retries=metadata.retries,
        interruptible=metadata.interruptible,
        deprecated=metadata.deprecated,
        timeout=duration(metadata.timeout),
        container_image=image_name(image),
        image_spec=image if isinstance(image, ImageSpec) else None,
        environment=settings.get("environment") or {},
        requests=requests,
        limits=limits,
        security=_security(settings),
        task_resolver=settings.get("task_resolver"),
        docs=settings.get("docs"),
        enable_deck=_enable_deck(settings),
        deck_fields=_deck_fields(settings.get("deck_fields")),
        pod_template=pod_template(settings.get("pod_template")),
        pod_template_name=settings.get("pod_template_name") or metadata.pod_template_name or "",
        accelerator=settings.get("accelerator"),
        shared_memory=settings.get("shared_memory"),
        labels=settings.get("labels") or metadata.labels or {},
        annotations=settings.get("annotations") or metadata.annotations or {},
    )


def image_name(image: str | ImageSpec | None) -> str | None:
    """Give an image's name."""
    return image.image_name() if isinstance(image, ImageSpec) else image


def _security(settings: ClassSettings) -> SecurityContext | None:
    secrets = settings.get("secret_requests")
    if not secrets:
        return settings.get("security_ctx")
    if any(type(secret) is not Secret for secret in secrets):
        raise InvalidInput(f"`secret_requests` takes a list of Secret(group=..., key=...), not {secrets!r}.")
    return SecurityContext(secrets=tuple(secrets))


def pod_template(given: object) -> PodTemplate | None:
    """Take a pod template, or none.

    Raises:
        InvalidInput: it is something else.

    """
    if given is None or isinstance(given, PodTemplate):
        return given
    raise InvalidInput(
        f"`pod_template` takes a PodTemplate, not {given!r}. A template that the cluster has is `pod_template_name`."
    )


def _kept_cache(metadata: TaskMetadata) -> Cache | None:
    if not metadata.cache:
        return None
    ignored = metadata.cache_ignore_input_vars
    return Cache(version=metadata.cache_version, serialize=metadata.cache_serialize, ignored_inputs=ignored)


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


def _resources(settings: BodySettings) -> tuple[Resources, Resources]:
    both, requests, limits = settings.get("resources"), settings.get("requests"), settings.get("limits")
    if both is not None:
        if requests is not None or limits is not None:
            raise InvalidInput("`resources` stands for requests and limits together: give it alone, or give the two.")
        return both.split()
    return requests or Resources(), limits or Resources()


def _enable_deck(settings: BodySettings) -> bool:
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
