"""``ImageSpec``: a container image by its parts, under the name that flytekit's builders give it.

Digests follow flytekit's own (of its fields in their order), so that an image which ``pyflyte build`` has pushed is
found under the same name. No image is built here; ``flyweight build`` makes an environment in its place.
"""

import base64
import dataclasses
import hashlib
import platform as machine
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from os import PathLike
from pathlib import Path
from typing import Any, Final, Self

from flyweight.errors import InvalidInput
from flyweight.sdk.kinds import LIST, Kinds, require_own_kinds
from flyweight.settings import task_environment

IMAGE_ID: Final = "_F_IMG_ID"
"""The variable of an image that was built from an ImageSpec; holds its ``id``."""
_LISTS: Final = (
    *("packages", "conda_packages", "conda_channels", "apt_packages", "pip_extra_index_url", "entrypoint"),
    *("commands", "runtime_packages", "copy", "pip_secret_mounts"),
)
_KINDS: Final[Kinds] = {
    **dict.fromkeys(_LISTS, LIST),
    "env": (Mapping,),
    "builder_options": (dict,),
    "builder_config": (dict,),
    "requirements": (str, PathLike),
    "source_root": (str, PathLike),
    "source_copy_mode": (object,),
}
"""Of what is no text."""
_NOT_COUNTED: Final = ("pip_secret_mounts", "builder", "runtime_packages")
"""Fields that do not change what is in the image."""
_REGISTRY: Final = re.compile(r"(localhost:\d{1,5}|[a-z\d._-]+(:\d{1,5})?)(/[\w.-]+)*")
NOOP: Final = "noop"
"""The builder that builds nothing: the base image is the image."""


@dataclass(eq=False)
class ImageSpec:
    """What an image should hold. An environment that holds the same is made by ``flyweight build``.

    Args:
        name: of the image.
        python_version: for instance ``3.12``; this process's by default.
        builder: ``noop`` takes ``base_image`` as it is; others are flytekit's.
        source_root: for flytekit's builders.
        env: environment variables of the image.
        registry: where it is pushed to; none by default.
        packages: of PyPI, as pip takes them.
        conda_packages: of conda.
        conda_channels: where conda looks.
        requirements: the path of a file that lists packages; what is in it counts, not where it lies.
        apt_packages: of the system.
        cuda: version of CUDA.
        cudnn: version of cuDNN.
        base_image: what it is built upon: a name, or another ImageSpec.
        platform: as ``linux/amd64``, which it is by default.
        pip_index: URL of the package index.
        pip_extra_index_url: URLs of further ones.
        pip_secret_mounts: for flytekit's builders.
        pip_extra_args: further arguments of ``pip install``, separated by spaces.
        registry_config: for flytekit's builders.
        entrypoint: in place of the base image's own.
        commands: shell commands that run when it is built.
        tag_format: the tag, with ``{spec_hash}`` in it; the digest alone by default.
        source_copy_mode: for flytekit's builders.
        copy: files and folders that are copied into it; what is in them counts.
        python_exec: for flytekit's builders.
        runtime_packages: packages that are installed when a task starts.
        builder_options: for flytekit's builders.
        builder_config: likewise.

    Raises:
        InvalidInput: a part is of the wrong kind, or the registry has no name that one can have.

    """

    name: str = "flytekit"
    python_version: str | None = None
    builder: str | None = None
    source_root: Any = None
    env: dict[str, str] | None = None
    registry: str | None = None
    packages: list[str] | None = None
    conda_packages: list[str] | None = None
    conda_channels: list[str] | None = None
    requirements: Any = None
    apt_packages: list[str] | None = None
    cuda: str | None = None
    cudnn: str | None = None
    base_image: "str | ImageSpec | None" = None
    platform: str | None = None
    pip_index: str | None = None
    pip_extra_index_url: list[str] | None = None
    pip_secret_mounts: list[tuple[str, str]] | None = None
    pip_extra_args: str | None = None
    registry_config: str | None = None
    entrypoint: list[str] | None = None
    commands: list[str] | None = None
    tag_format: str | None = None
    source_copy_mode: Any = None
    copy: list[str] | None = None
    python_exec: str | None = None
    runtime_packages: list[str] | None = None
    builder_options: dict[str, Any] | None = None
    builder_config: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        kinds = {one.name: _KINDS.get(one.name, (str,)) for one in dataclasses.fields(self)}
        kinds["base_image"] = (str, ImageSpec)
        require_own_kinds(self, kinds)
        self.name = self.name.lower()
        if self.registry:
            self.registry = self.registry.lower()
            if _REGISTRY.fullmatch(self.registry) is None:
                raise InvalidInput(
                    f"ImageSpec: {self.registry!r} is no name of a registry; write it like ghcr.io/me, localhost:30000."
                )
        if self.platform is None:
            at_home = (self.registry or "").startswith("localhost:") and machine.machine().lower() in {
                "arm64",
                "aarch64",
            }
            self.platform = "linux/arm64" if at_home else "linux/amd64"

    @property
    def id(self) -> str:
        """A digest of the parts as they are written here."""
        return _digest(self)

    @property
    def tag(self) -> str:
        """A digest of the parts and of the files that they name: the same image, the same tag.

        Raises:
            InvalidInput: a file that it names cannot be read, or ``tag_format`` is none.

        """
        changed: dict[str, Any] = {"registry_config": None}
        if isinstance(self.base_image, ImageSpec):
            changed["base_image"] = self.base_image.image_name()
        try:
            if self.requirements:
                text = Path(self.requirements).read_bytes().strip()
                changed["requirements"] = hashlib.sha1(text, usedforsecurity=False).hexdigest()
            if self.copy:
                changed["copy"] = _content(self.copy)
        except OSError as error:
            raise InvalidInput(f"ImageSpec {self.name}: {error.filename} cannot be read: {error.strerror}.") from error
        made = _digest(self, changed).replace("-", "_")
        try:
            return (self.tag_format or "{spec_hash}").format(spec_hash=made)
        except (LookupError, ValueError) as error:
            raise InvalidInput(
                f"ImageSpec {self.name}: `tag_format` is like 'v1-{{spec_hash}}', with no other place in it, "
                f"not {self.tag_format!r}."
            ) from error

    def image_name(self) -> str:
        """Give the full name: registry, name and tag; of the builder ``noop``, the base image's."""
        if self.builder == NOOP and isinstance(self.base_image, str):
            return self.base_image
        prefix = f"{self.registry}/" if self.registry else ""
        return f"{prefix}{self.name}:{self.tag}"

    def is_container(self) -> bool:
        """Tell whether this code runs in the image; outside of a platform's task it is taken for granted."""
        variables = task_environment()
        return "FLYTE_INTERNAL_EXECUTION_ID" not in variables or variables.get(IMAGE_ID) == self.id

    def with_commands(self, commands: str | list[str]) -> Self:
        """Give one with further commands."""
        return self._with_more("commands", commands)

    def with_packages(self, packages: str | list[str]) -> Self:
        """Give one with further packages of PyPI."""
        return self._with_more("packages", packages)

    def with_apt_packages(self, apt_packages: str | list[str]) -> Self:
        """Give one with further packages of the system."""
        return self._with_more("apt_packages", apt_packages)

    def with_copy(self, src: str | list[str]) -> Self:
        """Give one with further files."""
        return self._with_more("copy", src)

    def with_runtime_packages(self, runtime_packages: list[str]) -> Self:
        """Give one with further packages that are installed when a task starts."""
        return self._with_more("runtime_packages", runtime_packages)

    def with_builder_options(self, builder_options: dict[str, Any]) -> Self:
        """Give one with further options of its builder."""
        return dataclasses.replace(self, builder_options={**(self.builder_options or {}), **builder_options})

    def force_push(self) -> Self:
        """Give the same: nothing is pushed here."""
        return dataclasses.replace(self)

    @classmethod
    def from_env(cls, *, pinned_packages: list[str] | None = None, **settings: Any) -> Self:
        """Give one with this process's version of Python, and these packages in the versions that are here.

        Args:
            pinned_packages: names of packages that are installed.
            settings: as of the class.

        Raises:
            InvalidInput: ``python_version`` is given, which this process says.
            PackageNotFoundError: a package is not installed.

        """
        if settings.pop("python_version", None) is not None:
            raise InvalidInput("ImageSpec.from_env takes no `python_version`: it is this process's.")
        pinned = [f"{name}=={version(name)}" for name in pinned_packages or ()]
        packages = [*(settings.pop("packages", None) or ()), *pinned]
        here = f"{sys.version_info.major}.{sys.version_info.minor}"
        return cls(packages=packages, python_version=here, **settings)

    def __hash__(self) -> int:
        return hash(self.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ImageSpec) and dataclasses.asdict(self) == dataclasses.asdict(other)

    def _with_more(self, name: str, values: str | list[str]) -> Self:
        more = [values] if isinstance(values, str) else values
        return dataclasses.replace(self, **{name: [*(getattr(self, name) or ()), *more]})


def _digest(spec: ImageSpec, changed: Mapping[str, Any] | None = None) -> str:
    """Digest what is set, written as Python writes a dictionary: flytekit's way."""

    def set_parts(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {name: value for name, value in pairs if value is not None and name not in _NOT_COUNTED}

    parts = dataclasses.asdict(dataclasses.replace(spec, **(changed or {})), dict_factory=set_parts)
    digest = hashlib.md5(str(parts).encode(), usedforsecurity=False).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _content(sources: list[str]) -> list[str]:
    """Give digests of files, and of all in folders: the same content, the same image."""
    found: list[str] = []
    for source in sources:
        root = Path(source)
        files = sorted(path for path in root.rglob("*") if path.is_file()) if root.is_dir() else [root]
        digest = hashlib.sha256()
        for path in files:
            digest.update(f"{path.relative_to(root)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        found.append(digest.hexdigest())
    return found
