"""The options of ``flyweight run`` as one value, and what each part of the client needs of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flyweight.compile.settings import DEFAULT_IMAGE, ImageConfig
from flyweight.sdk.run_options import Annotations, Labels, Options, RawOutputDataConfig


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
    signals: Mapping[str, object] | None = None
    """Answers for the gates of a run here."""

    def images(self) -> ImageConfig:
        """Read ``--image``: a bare one is the default, ``NAME=IMAGE`` names one."""
        named = {one.partition("=")[0]: one.partition("=")[2] for one in self.image if "=" in one}
        bare = [one for one in self.image if "=" not in one]
        return ImageConfig.from_images(bare[-1] if bare else named.pop("default", DEFAULT_IMAGE), named)

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
