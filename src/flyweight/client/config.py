"""Where the platform is and which project is meant, as users write it: ``Config.auto()``, under flytekit's names."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from flyweight.client.channel import Endpoint
from flyweight.settings import ClientSettings, load_client_settings

SANDBOX: Final = "localhost:30080"
DEFAULT_PROJECT: Final = "flytesnacks"
DEFAULT_DOMAIN: Final = "development"


@dataclass(frozen=True, slots=True)
class PlatformConfig:
    """A platform's address and how to speak to it."""

    endpoint: str = SANDBOX
    """``host:port``; a scheme (``dns:///``, ``http://``) is taken off."""
    insecure: bool = False
    """Without TLS."""
    insecure_skip_verify: bool = False
    """Kept, and not acted on: name the certificate to trust instead."""
    ca_cert_file_path: str | None = None
    """Certificates to trust instead of the machine's own."""
    console_endpoint: str | None = None
    """The console's address, when it is not the platform's own."""
    # How flytekit logs in; kept, and not acted on.
    command: Sequence[str] | None = None
    proxy_command: Sequence[str] | None = None
    client_id: str | None = None
    client_credentials_secret: str | None = field(default=None, repr=False)
    scopes: Sequence[str] = ()
    auth_mode: object = None
    audience: str | None = None
    rpc_retries: int = 3
    http_proxy_url: str | None = None

    @classmethod
    def for_endpoint(cls, endpoint: str, insecure: bool = False) -> "PlatformConfig":  # noqa: FBT001, FBT002  flytekit's
        """Take an address as given."""
        return cls(endpoint=endpoint, insecure=insecure)


@dataclass(frozen=True, slots=True)
class Config:
    """What a client needs to know. Left alone, it is looked up when the connection is made: see ``auto``.

    Args:
        platform: where the platform answers, and how to log in.
        secrets: taken as flytekit's code gives it, and without effect.
        stats: as above.
        data_config: as above.
        local_sandbox_path: as above.
        default_project: where entities are looked up when a call does not say.
        default_domain: as above, for the domain.
        console_endpoint: where the console is, if not at the platform's address.
        token: sent with every call.

    """

    platform: PlatformConfig | None = None
    # What flytekit configures in a client, and a platform here decides; kept, and not acted on.
    secrets: object = None
    stats: object = None
    data_config: object = None
    local_sandbox_path: str = ""
    default_project: str = DEFAULT_PROJECT
    default_domain: str = DEFAULT_DOMAIN
    console_endpoint: str = ""
    token: str = field(default="", repr=False)

    @classmethod
    def auto(cls, config_file: str | Path | None = None) -> "Config":
        """Find the configuration: environment, Flyte's config file, then the platform that runs on this machine.

        Args:
            config_file: a config file of Flyte's to read instead of ``$FLYTECTL_CONFIG`` or ``~/.flyte/config.yaml``.

        Example:
            >>> remote = FlyteRemote(config=Config.auto())  # doctest: +SKIP

        Raises:
            NotFound: there is none; says how to start a platform.

        """
        return cls._from(load_client_settings(config_file=Path(config_file) if config_file else None))

    @classmethod
    def for_sandbox(cls) -> "Config":
        """Give the configuration of a platform on its default port of this machine."""
        return cls.for_endpoint(SANDBOX, insecure=True)

    @classmethod
    def for_endpoint(
        cls,
        endpoint: str,
        insecure: bool = False,  # noqa: FBT001, FBT002  flytekit's
        data_config: object = None,
        config_file: str | Path | None = None,
    ) -> "Config":
        """Give the configuration of the platform at that address; the rest from a config file, if one is given."""
        platform = PlatformConfig(endpoint=endpoint, insecure=insecure)
        rest = cls.auto(config_file) if config_file else cls()
        return replace(rest, platform=platform, data_config=data_config)

    def with_params(
        self,
        platform: PlatformConfig | None = None,
        secrets: object = None,
        stats: object = None,
        data_config: object = None,
        local_sandbox_path: str | None = None,
    ) -> "Config":
        """Give the same configuration with some parts changed."""
        return replace(
            self,
            platform=platform or self.platform,
            secrets=secrets or self.secrets,
            stats=stats or self.stats,
            data_config=data_config or self.data_config,
            local_sandbox_path=local_sandbox_path or self.local_sandbox_path,
        )

    def endpoint(self) -> Endpoint:
        """Give what a connection needs.

        Raises:
            NotFound: no platform is configured and none runs on this machine.

        """
        platform = self.platform or Config.auto().platform or PlatformConfig()
        certificate = Path(platform.ca_cert_file_path) if platform.ca_cert_file_path else None
        address = platform.endpoint.rpartition("//")[2].strip("/")
        return Endpoint(address=address, insecure=platform.insecure, ca_certificate=certificate, token=self.token)

    @classmethod
    def _from(cls, settings: ClientSettings) -> "Config":
        return cls(
            platform=PlatformConfig(
                endpoint=settings.endpoint,
                insecure=settings.insecure,
                ca_cert_file_path=str(settings.ca_cert_file) if settings.ca_cert_file else None,
            ),
            default_project=settings.default_project,
            default_domain=settings.default_domain,
            console_endpoint=settings.console_endpoint,
        )
