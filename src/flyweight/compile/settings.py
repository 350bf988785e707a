"""What specs need to know beside the entities: where they are registered, which images, which code bundle."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version

from flyweight.errors import InvalidInput
from flyweight.sdk.resources import Resources

PACKAGE_VERSION = version("flyweight")
"""Stands in pyproject.toml, and nowhere else."""
DEFAULT_IMAGE = f"flyweight:py{sys.version_info.major}.{sys.version_info.minor}-{PACKAGE_VERSION}"
"""The image of tasks that name none: Flyweight itself, for this Python."""

_TEMPLATE = re.compile(r"\{\{\s*\.images?\.([\w-]+)\.(fqn|version|tag)\s*\}\}|\{\{\s*\.images?\.([\w-]+)\s*\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageConfig:
    """Image names by short name; ``default`` is for tasks that name none."""

    default: str = DEFAULT_IMAGE
    by_name: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_images(cls, default_image: str, m: Mapping[str, str] | None = None) -> "ImageConfig":
        """Take image names: the default's, and others by short name (flytekit calls them ``m``)."""
        return cls(default=default_image, by_name=m or {})

    def resolve(self, image: str | None) -> str:
        """Give the full name of a task's image; ``{{.image.NAME.fqn}}:{{.image.NAME.version}}`` is filled in.

        Raises:
            InvalidInput: a template names an image that the configuration lacks.

        """
        if not image:
            return self.default
        known = self.by_name.get(image)
        return known or _TEMPLATE.sub(self._fill, image)

    def _fill(self, found: re.Match[str]) -> str:
        name = found[1] or found[3]
        full = self.default if name == "default" else self.by_name.get(name)
        if full is None:
            have = ", ".join({"default": "", **self.by_name})
            raise InvalidInput(f"The image `{name}` is not configured: pass --image {name}=IMAGE. Configured: {have}.")
        repository, _, tag = full.rpartition(":") if ":" in full.rsplit("/", 1)[-1] else (full, "", "latest")
        match found[2]:
            case "fqn":
                return repository
            case "version" | "tag":
                return tag
            case _:
                return full


@dataclass(frozen=True, slots=True, kw_only=True)
class SerializationSettings:
    """Where entities are registered and what their containers hold."""

    project: str = "flytesnacks"
    domain: str = "development"
    version: str = ""
    image_config: ImageConfig = field(default_factory=ImageConfig)
    env: Mapping[str, str] = field(default_factory=dict)
    """Environment variables of every task."""
    bundle_uri: str = ""
    """Where the code bundle lies; empty when the image holds the code."""
    destination_dir: str = "."
    """The folder that the bundle is unpacked into, in the task's container."""
    code_digest: str = ""
    """What code and settings were when the version was chosen; tasks bear it as a tag, so that a later registration
    under the same version can tell whether it is the same."""
    default_resources: Resources | None = None
    """Requests of tasks that name neither requests nor limits."""
    default_limits: Resources | None = None
    """Likewise their limits."""
    interactive: bool = False
    """The bundle is pickled: tasks are found in it by entity name."""
