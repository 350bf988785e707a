"""Makes environments for the images that entities describe by their parts, where the platform is on this machine."""

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

from flyteidl.admin import task_pb2

from flyweight.compile.needs import all_nodes, needs, task_of
from flyweight.compile.settings import DEFAULT_IMAGE, SerializationSettings
from flyweight.compile.specs import Spec
from flyweight.containers.building import Wanted, build_environment
from flyweight.containers.environments import BUILT, DEFAULT, Environments
from flyweight.sdk.entity import AnyEntity
from flyweight.sdk.image import IMAGE_ID, NOOP, ImageSpec
from flyweight.sdk.workflow import Workflow
from flyweight.settings import OWN_FLAVOR, PlatformSettings, discover, load_platform_settings

logger = logging.getLogger("flyweight.images")

_LEFT_OUT = ("apt_packages", "conda_packages", "cuda", "cudnn", "commands", "copy", "entrypoint")
"""Parts that a Python environment cannot have."""
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def image_specs(entity: AnyEntity) -> list[ImageSpec]:
    """Give the images that tasks of an entity, or ``with_overrides`` in it, describe, each once."""
    found: list[object] = []
    for one in needs(entity):
        task = task_of(one)
        if task is not None:
            found.append(task.options.image_spec)
        elif isinstance(one, Workflow):
            found += [node.overrides.get("container_image") for node in all_nodes(one)]
    return list(dict.fromkeys(spec for spec in found if isinstance(spec, ImageSpec) and spec.builder != NOOP))


def build_for(address: str, entity: AnyEntity) -> None:
    """Make what an entity needs where it is to run; of a platform elsewhere, say what it lacks.

    Raises:
        PreconditionFailed: an environment cannot be made.

    """
    specs = image_specs(entity)
    if not specs:
        return
    running = discover()
    if running is not None and _is_here(address, running.address):
        build(specs, load_platform_settings({"data_dir": running.data_dir}))
        return
    names = ", ".join(spec.image_name() for spec in specs)
    logger.info("The platform at %s must have: %s. Where it is Flyweight, `flyweight build` makes it.", address, names)


def build(specs: Iterable[ImageSpec], settings: PlatformSettings) -> dict[ImageSpec, str]:
    """Make what is missing of an environment for each, and give their interpreters.

    Raises:
        PreconditionFailed: one cannot be made.

    """
    configured = Environments(settings.environments)
    interpreters: dict[ImageSpec, str] = {}
    for spec in specs:
        found = configured.named(spec.image_name())
        interpreters[spec] = found or _built(spec, settings.data_dir / BUILT, settings.environments)
    return interpreters


def images_named(entity: AnyEntity, specs: Iterable[Spec], settings: SerializationSettings) -> list[str]:
    """Give the images that tasks of our own (no raw containers), or ``with_overrides``, name: all but the default."""
    found = {
        spec.template.container.image
        for spec in specs
        if isinstance(spec, task_pb2.TaskSpec) and spec.template.metadata.runtime.flavor == OWN_FLAVOR
    }
    for one in needs(entity):
        if isinstance(one, Workflow):
            wanted_there = (node.overrides.get("container_image") for node in all_nodes(one))
            found |= {settings.image_config.resolve(image) for image in wanted_there if isinstance(image, str)}
    return sorted(found - {DEFAULT_IMAGE, ""})


def warn_of_unmatched(address: str, names: Iterable[str]) -> None:
    """Say of which images the platform, if it is on this machine, has no environment: its own Python runs those tasks.

    That is no error: code that was written for a cluster, images and all, runs here unmodified.
    """
    running = discover()
    if running is None or not _is_here(address, running.address):
        return
    settings = load_platform_settings({"data_dir": running.data_dir})
    environments = Environments(settings.environments, settings.data_dir / BUILT)
    known = ", ".join(name for name in settings.environments if name not in {OWN_FLAVOR, DEFAULT}) or "none"
    for name in names:
        if environments.named(name) is None:
            logger.warning(
                "The image %s matches no environment: its tasks run in the platform's own Python "
                "(`environments` in the platform's config.yaml: %s)",
                name,
                known,
            )


def _is_here(called: str, running: str) -> bool:
    """Tell whether the platform that is called is the one that runs here, by whatever name of this machine."""
    host, _, port = called.rpartition(":")
    return called == running or (host in _LOOPBACK and port == running.rpartition(":")[2])


def _built(spec: ImageSpec, root: Path, environments: Mapping[str, str]) -> str:
    if not Environments(built=root).named(spec.image_name()):
        _warn_of_what_is_left_out(spec)
    folder = build_environment(root, wanted(spec), environments[OWN_FLAVOR], logger.info)
    return str(folder / "bin/python")


def _warn_of_what_is_left_out(spec: ImageSpec) -> None:
    layers = _layers(spec)
    left_out = [name for name in _LEFT_OUT if any(getattr(layer, name) for layer in layers)]
    if isinstance(layers[0].base_image, str):
        left_out.append("base_image")
    if left_out:
        logger.warning(
            "%s: an environment has no %s; tasks find what this machine has.", spec.image_name(), ", ".join(left_out)
        )


def wanted(spec: ImageSpec) -> Wanted:
    """Give what an environment in the place of an image is to hold: its parts, and those of what it is built upon."""
    layers = _layers(spec)
    variables = {name: value for layer in layers for name, value in (layer.env or {}).items()}
    return Wanted(
        image=spec.image_name(),
        packages=[name for one in layers for name in (*(one.packages or ()), *(one.runtime_packages or ()))],
        requirements=[str(layer.requirements) for layer in layers if layer.requirements],
        python_version=spec.python_version or "",
        options=[word for layer in layers for word in _options(layer)],
        variables={**variables, IMAGE_ID: spec.id},
    )


def _layers(spec: ImageSpec) -> list[ImageSpec]:
    """Give what it is built upon, the lowest first, and itself."""
    base = spec.base_image
    return [*(_layers(base) if isinstance(base, ImageSpec) else ()), spec]


def _options(spec: ImageSpec) -> list[str]:
    index = ["--index-url", spec.pip_index] if spec.pip_index else []
    more = [word for url in spec.pip_extra_index_url or () for word in ("--extra-index-url", url)]
    return [*index, *more, *(spec.pip_extra_args or "").split()]
