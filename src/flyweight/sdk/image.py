"""A container image by its parts. It is carried as the name it would be built under; nothing is built here."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from os import PathLike
from typing import Final

from flyweight.sdk.kinds import LIST, Kinds, require_kinds

_KINDS: Final[Kinds] = {
    "packages": LIST,
    "conda_packages": LIST,
    "apt_packages": LIST,
    "commands": LIST,
    "env": (Mapping,),
    "requirements": (str, PathLike),
}
"""Of what is no text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSpec:
    """What an image should hold. The platform maps image names to Python environments by its configuration.

    Args:
        name: of the image.
        registry: where it is pushed to; none by default.
        python_version: for instance ``3.12``; this process's by default.
        packages: of PyPI, as pip takes them.
        conda_packages: of conda.
        apt_packages: of the system.
        requirements: the path of a file that lists packages.
        env: environment variables of the image.
        base_image: what it is built upon.
        commands: shell commands that run when it is built.
        tag_format: the tag, with ``{spec_hash}`` in it; the digest alone by default.

    """

    name: str = "flyweight"
    registry: str | None = None
    python_version: str | None = None
    packages: list[str] = field(default_factory=list)
    conda_packages: list[str] = field(default_factory=list)
    apt_packages: list[str] = field(default_factory=list)
    requirements: str | None = None
    env: dict[str, str] = field(default_factory=dict)
    base_image: str | None = None
    commands: list[str] = field(default_factory=list)
    tag_format: str | None = None

    def __post_init__(self) -> None:
        kinds: Kinds = {one.name: _KINDS.get(one.name, (str,)) for one in fields(self)}
        require_kinds("ImageSpec", {name: getattr(self, name) for name in kinds}, kinds)

    @property
    def tag(self) -> str:
        """A digest of the parts: the same parts, the same tag."""
        digest = hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:22]
        return self.tag_format.format(spec_hash=digest) if self.tag_format else digest

    def image_name(self) -> str:
        """Give the full name: registry, name and tag."""
        prefix = f"{self.registry}/" if self.registry else ""
        return f"{prefix}{self.name}:{self.tag}"
