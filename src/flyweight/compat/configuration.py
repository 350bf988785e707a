"""``flytekit.configuration``: the settings that code builds at module level, by flytekit's names and arguments.

Images and serialization settings are ours, built another way; what a platform of ours decides by itself (data stores,
statsd, caches) is kept and has no effect.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Final

from flyweight.compile import settings
from flyweight.errors import InvalidInput
from flyweight.sdk.resources import Resources
from flyweight.settings import load_storage_settings

DEFAULT_IMAGE_NAME: Final = "default"
DEFAULT_RUNTIME_PYTHON_INTERPRETER: Final = "/opt/venv/bin/python3"


class AuthType(Enum):
    """How a client logs in."""

    STANDARD = "standard"
    BASIC = "basic"
    CLIENT_CREDENTIALS = "client_credentials"
    EXTERNAL_PROCESS = "external_process"
    CLIENTSECRET = "ClientSecret"
    PKCE = "Pkce"
    EXTERNALCOMMAND = "ExternalCommand"
    DEVICEFLOW = "DeviceFlow"


@dataclass(frozen=True, slots=True)
class Image:
    """A container image under a short name."""

    name: str
    fqn: str
    """Registry and repository."""
    tag: str | None = None
    digest: str | None = None

    def __post_init__(self) -> None:
        if self.tag is not None and self.digest is not None:
            raise InvalidInput(
                f"Image {self.name!r} takes a tag or a digest; it was given {self.tag} and {self.digest}."
            )

    @property
    def version(self) -> str | None:
        """The tag or the digest."""
        return self.digest or self.tag

    @property
    def full(self) -> str:
        """The whole name, as container engines take it."""
        if self.digest:
            return f"{self.fqn}@{self.digest}"
        return f"{self.fqn}:{self.tag}" if self.tag else self.fqn

    @staticmethod
    def look_up_image_info(
        name: str,
        image_identifier: str,
        allow_no_tag_or_digest: bool = False,  # noqa: FBT001, FBT002  flytekit's
    ) -> "Image":
        """Read an image's whole name.

        Raises:
            InvalidInput: it has neither tag nor digest.

        """
        fqn, at, digest = image_identifier.partition("@")
        if at:
            return Image(name, fqn, digest=digest)
        fqn, colon, tag = image_identifier.rpartition(":")
        if colon and "/" not in tag:
            return Image(name, fqn, tag=tag)
        if not allow_no_tag_or_digest:
            raise InvalidInput(f"Image {image_identifier!r} needs a tag or a digest, as in `name:v1`.")
        return Image(name, image_identifier)


class ImageConfig(settings.ImageConfig):
    """The images of tasks: a default and others by short name."""

    default_image: Image | None
    images: list[Image] | None

    def __init__(self, default_image: Image | None = None, images: Sequence[Image] | None = None) -> None:
        super().__init__(
            default=default_image.full if default_image else settings.DEFAULT_IMAGE,
            by_name={one.name: one.full for one in images or ()},
        )
        object.__setattr__(self, "default_image", default_image)
        object.__setattr__(self, "images", None if images is None else list(images))

    def find_image(self, name: str) -> Image | None:
        """Find an image by its short name."""
        known = [self.default_image, *(self.images or ())]
        return next((one for one in known if one is not None and one.name == name), None)

    @classmethod
    def create_from(cls, default_image: Image | None, other_images: Sequence[Image] | None = None) -> "ImageConfig":
        """Take images; the default is among them."""
        return cls(default_image, [*([default_image] if default_image else []), *(other_images or ())])

    @classmethod
    def from_images(cls, default_image: str, m: Mapping[str, str] | None = None) -> "ImageConfig":
        """Take whole names, by short name."""
        others = [Image.look_up_image_info(name, full, True) for name, full in (m or {}).items()]  # noqa: FBT003
        return cls.create_from(Image.look_up_image_info(DEFAULT_IMAGE_NAME, default_image), others)

    @classmethod
    def auto(cls, config_file: str | Path | None = None, img_name: str | None = None) -> "ImageConfig":
        """Take one image's whole name; without one, tasks get the default image."""
        del config_file  # the images that flytekit's file may name are those of a cluster's registry
        return cls.create_from(Image.look_up_image_info(DEFAULT_IMAGE_NAME, img_name) if img_name else None)

    @classmethod
    def auto_default_image(cls) -> "ImageConfig":
        """Give the image of tasks that name none: Flyweight itself."""
        return cls.auto(img_name=settings.DEFAULT_IMAGE)

    @staticmethod
    def validate_image(context: object, parameter: str, values: Sequence[str]) -> "ImageConfig":
        """Read ``--image`` options: ``NAME=IMAGE``, or an image alone for the default."""
        del context, parameter
        named: dict[str, str] = {}
        for one in values:
            name, equals, image = one.partition("=")
            named[name if equals else DEFAULT_IMAGE_NAME] = image if equals else one
        default = named.pop(DEFAULT_IMAGE_NAME, settings.DEFAULT_IMAGE)
        return ImageConfig.from_images(default, named)


@dataclass(slots=True)
class FastSerializationSettings:
    """Code that goes along as an archive instead of standing in the image."""

    enabled: bool = False
    destination_dir: str | None = None
    distribution_location: str | None = None


@dataclass(frozen=True, slots=True)
class EntrypointSettings:
    """Where a container's entry point stands."""

    path: str | None = None


class SerializationSettings(settings.SerializationSettings):
    """Where entities are registered and what their containers hold, by flytekit's arguments."""

    def __init__(  # noqa: PLR0913, PLR0917  flytekit's arguments
        self,
        image_config: settings.ImageConfig | None = None,
        project: str | None = None,
        domain: str | None = None,
        version: str | None = None,
        env: Mapping[str, str] | None = None,
        default_resources: Any = None,
        git_repo: str | None = None,
        python_interpreter: str = DEFAULT_RUNTIME_PYTHON_INTERPRETER,
        flytekit_virtualenv_root: str | None = None,
        fast_serialization_settings: FastSerializationSettings | None = None,
        source_root: str | None = None,
    ) -> None:
        fast = fast_serialization_settings or FastSerializationSettings()
        requests = getattr(default_resources, "requests", default_resources)
        limits = getattr(default_resources, "limits", None)
        super().__init__(
            project=project or "",
            domain=domain or "",
            version=version or "",
            image_config=image_config or ImageConfig.auto_default_image(),
            env=dict(env or {}),
            bundle_uri=(fast.distribution_location or "") if fast.enabled else "",
            destination_dir=fast.destination_dir or ".",
            default_resources=requests if isinstance(requests, Resources) else None,
            default_limits=limits if isinstance(limits, Resources) else None,
        )
        self._arguments: dict[str, Any] = {
            "image_config": self.image_config,
            "project": project,
            "domain": domain,
            "version": version,
            "env": env,
            "default_resources": default_resources,
            "git_repo": git_repo,
            "python_interpreter": python_interpreter,
            "flytekit_virtualenv_root": flytekit_virtualenv_root or str(Path(python_interpreter).parents[1]),
            "fast_serialization_settings": fast_serialization_settings,
            "source_root": source_root,
        }

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)  # flytekit's can be changed, ours need not be: nobody else holds this one

    def __getattr__(self, name: str) -> Any:
        arguments: dict[str, Any] = self.__dict__.get("_arguments", {})
        if name not in arguments:
            raise AttributeError(f"SerializationSettings has no {name}", name=name, obj=self)
        return arguments[name]

    @classmethod
    def for_image(
        cls,
        image: str,
        version: str,
        project: str = "",
        domain: str = "",
        python_interpreter_path: str = DEFAULT_RUNTIME_PYTHON_INTERPRETER,
    ) -> "SerializationSettings":
        """Give settings for tasks of one image."""
        images = ImageConfig(Image.look_up_image_info(DEFAULT_IMAGE_NAME, image))
        return cls(images, project, domain, version, python_interpreter=python_interpreter_path)

    @property
    def entrypoint_settings(self) -> EntrypointSettings:
        """Where the entry point of flytekit's own images stands."""
        return EntrypointSettings(f"{self.flytekit_virtualenv_root}/bin/entrypoint.py")

    def should_fast_serialize(self) -> bool:
        """Tell whether code goes along as an archive."""
        fast: FastSerializationSettings | None = self._arguments["fast_serialization_settings"]
        return fast is not None and fast.enabled

    def new_builder(self) -> "SettingsBuilder":
        """Give something to change a copy with."""
        return SettingsBuilder(dict(self._arguments))

    def with_serialized_context(self) -> "SerializationSettings":
        """Give the same: our tasks are told with which settings they were compiled in another way."""
        return self


class SettingsBuilder:
    """Arguments that can be changed before ``build`` makes settings of them."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        self.__dict__.update(arguments)

    def with_fast_serialization_settings(self, fast: FastSerializationSettings) -> "SettingsBuilder":
        """Let code go along as an archive."""
        self.fast_serialization_settings = fast
        return self

    def build(self) -> SerializationSettings:
        """Make the settings."""
        return SerializationSettings(**self.__dict__)


@dataclass(frozen=True, slots=True)
class S3Config:
    """An S3 store."""

    enable_debug: bool = False
    endpoint: str | None = None
    retries: int = 3
    backoff: dt.timedelta = dt.timedelta(seconds=5)
    access_key_id: str | None = None
    secret_access_key: str | None = None
    addressing_style: str | None = None

    @classmethod
    def auto(cls, config_file: str | Path | None = None) -> "S3Config":
        """Give what the environment or Flyte's file says."""
        del config_file
        found = load_storage_settings()
        return cls(
            endpoint=found.endpoint or None,
            access_key_id=found.access_key or None,
            secret_access_key=found.secret_key or None,
        )


@dataclass(frozen=True, slots=True)
class GCSConfig:
    """Google's store."""

    gsutil_parallelism: bool = False


@dataclass(frozen=True, slots=True)
class AzureBlobStorageConfig:
    """Azure's store."""

    account_name: str | None = None
    account_key: str | None = None
    tenant_id: str | None = None
    client_id: str | None = None
    client_secret: str | None = None


@dataclass(frozen=True, slots=True)
class GenericPersistenceConfig:
    """What goes for every store."""

    attach_execution_metadata: bool = True


@dataclass(frozen=True, slots=True)
class DataConfig:
    """The stores."""

    s3: S3Config = field(default_factory=S3Config)
    gcs: GCSConfig = field(default_factory=GCSConfig)
    azure: AzureBlobStorageConfig = field(default_factory=AzureBlobStorageConfig)
    generic: GenericPersistenceConfig = field(default_factory=GenericPersistenceConfig)

    @classmethod
    def auto(cls, config_file: str | Path | None = None) -> "DataConfig":
        """Give what the environment or Flyte's file says."""
        return cls(s3=S3Config.auto(config_file))


@dataclass(frozen=True, slots=True)
class SecretsConfig:
    """Where secrets are looked for."""

    env_prefix: str = "_FSEC_"
    default_dir: str = "/etc/secrets"
    file_prefix: str = ""

    @classmethod
    def auto(cls, config_file: str | Path | None = None) -> "SecretsConfig":
        """Give the places that are always looked at."""
        del config_file
        return cls()


@dataclass(frozen=True, slots=True)
class StatsConfig:
    """A statsd server."""

    host: str = "localhost"
    port: int = 8125
    disabled: bool = False
    disabled_tags: bool = False

    @classmethod
    def auto(cls, config_file: str | Path | None = None) -> "StatsConfig":
        """Give the defaults."""
        del config_file
        return cls()


@dataclass(frozen=True, slots=True)
class LocalConfig:
    """The cache of local runs."""

    cache_enabled: bool = True
    cache_overwrite: bool = False

    @classmethod
    def auto(cls, config_file: str | Path | None = None) -> "LocalConfig":
        """Give the defaults."""
        del config_file
        return cls()
