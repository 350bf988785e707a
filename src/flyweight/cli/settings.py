"""The options of ``flyweight run`` as one value, and what each part of the client needs of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flyweight.compile.settings import DEFAULT_IMAGE, ImageConfig
from flyweight.sdk.resources import Resources
from flyweight.sdk.run_options import Annotations, Labels, Options, RawOutputDataConfig

if TYPE_CHECKING:  # a local run never loads the client
    from flyweight.client.register import RegisterSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """The options of ``flyweight run``."""

    remote: bool = False
    project: str | None = None
    domain: str | None = None
    place_is_given: bool = False
    """Whether ``-p`` or ``-d`` was given."""
    wait: bool = False
    name: str | None = None
    version: str | None = None
    copy: str = "auto"
    destination_dir: str = "."
    image: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    tags: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    annotations: Mapping[str, str] = field(default_factory=dict[str, str])
    overwrite_cache: bool = False
    interruptible: bool | None = None
    raw_output: str | None = None
    max_parallelism: int | None = None
    disable_notifications: bool = False
    cluster_pool: str | None = None
    cluster_label: str | None = None
    resource_requests: Mapping[str, str] = field(default_factory=dict[str, str])
    resource_limits: Mapping[str, str] = field(default_factory=dict[str, str])
    limit: int = 50
    """How many registered entities a list shows."""
    dump_snippet: bool = False
    """Whether to print how a program gets at the execution."""
    signals: Mapping[str, object] | None = None
    """Answers for the gates of a run here."""

    def images(self) -> ImageConfig:
        """Give the images of tasks."""
        return read_images(self.image)

    def registration(self) -> "RegisterSettings":
        """Give how an entity is registered."""
        return {
            "version": self.version,
            "image_config": self.images(),
            "copy": self.copy,
            "destination_dir": self.destination_dir,
            "default_resources": Resources(**self.resource_requests) if self.resource_requests else None,
            "default_limits": Resources(**self.resource_limits) if self.resource_limits else None,
        }

    def options(self) -> Options:
        """Give what goes with the execution."""
        return Options(
            labels=Labels(self.labels) if self.labels else None,
            annotations=Annotations(self.annotations) if self.annotations else None,
            raw_output_data_config=RawOutputDataConfig(self.raw_output) if self.raw_output else None,
            max_parallelism=self.max_parallelism,
            disable_notifications=self.disable_notifications or None,
            overwrite_cache=self.overwrite_cache or None,
        )

    def execution(self) -> dict[str, Any]:
        """Give the settings that every kind of execution takes."""
        return {
            "execution_name": self.name,
            "options": self.options(),
            "interruptible": self.interruptible,
            "envs": self.env,
            "tags": list(self.tags),
            "cluster_pool": self.cluster_pool,
            "execution_cluster_label": self.cluster_label,
        }


def read_images(given: Sequence[str]) -> ImageConfig:
    """Read ``--image`` options: a bare one is the default, ``NAME=IMAGE`` names one."""
    named = {one.partition("=")[0]: one.partition("=")[2] for one in given if "=" in one}
    bare = [one for one in given if "=" not in one]
    return ImageConfig.from_images(bare[-1] if bare else named.pop("default", DEFAULT_IMAGE), named)
