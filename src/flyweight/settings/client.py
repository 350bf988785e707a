"""Which platform a client talks to, and as whom: argument, environment, Flyte's file, a platform that runs here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from flyweight.errors import InvalidInput, PreconditionFailed
from flyweight.settings.discovery import discover
from flyweight.settings.environment import variable
from flyweight.settings.files import entry, flag, parsed, read_yaml, text, words
from flyweight.settings.flyte_file import flyte_config_path

Value = TypeVar("Value")

DEFAULT_PROJECT = "flytesnacks"
DEFAULT_DOMAIN = "development"

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]", "0.0.0.0"})  # noqa: S104  # a name to compare with, not to bind to


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """Which platform a client talks to, and as whom."""

    endpoint: str
    """``host:port``, without a scheme."""
    insecure: bool
    """Plain text; if nobody says, only at this machine's own addresses."""
    source: str
    """Where the endpoint was found, for messages."""
    insecure_skip_verify: bool = False
    """TLS, whoever signed the certificate."""
    ca_cert_file: Path | None = None
    auth_type: str = ""
    """As Flyte names them: ``Pkce``, ``ClientSecret``, ``ExternalCommand``, ``DeviceFlow``."""
    client_id: str = ""
    client_secret: str = ""
    scopes: tuple[str, ...] = ()
    audience: str = ""
    command: tuple[str, ...] = ()
    """Prints a token, for ``ExternalCommand``."""
    proxy_command: tuple[str, ...] = ()
    http_proxy: str = ""
    default_project: str = DEFAULT_PROJECT
    default_domain: str = DEFAULT_DOMAIN
    console_endpoint: str = ""
    """Where the console is, if not at the endpoint."""


class _Sources:
    """Environment before file, and where each value stood."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._file: Mapping[str, Any] = read_yaml(path) if path else {}

    def get(self, name: str, dotted: str, parse: Callable[[Any], Value], default: Value) -> Value:
        value = variable(name)
        if value:
            return parsed(parse, value, name)
        found = entry(self._file, dotted)
        return default if found is None or found == "" else parsed(parse, found, f"{self.path}, {dotted}")

    def endpoint(self) -> tuple[str, str]:
        """Give the endpoint and where it stood; both empty if nobody names one."""
        for name in ("FLYWEIGHT_ENDPOINT", "FLYTE_PLATFORM_URL"):
            if variable(name):
                return variable(name), name
        found = entry(self._file, "admin.endpoint")
        return (text(found), f"admin.endpoint in {self.path}") if found else ("", "")


def load_client_settings(
    *,
    endpoint: str | None = None,
    insecure: bool | None = None,
    config_file: Path | None = None,
    data_dir: Path | None = None,
) -> ClientSettings:
    """Gather the settings; what is given wins over environment, Flyte's file, and a platform that runs here.

    Args:
        endpoint: ``host:port``; ``http://`` or ``https://`` before it also says whether it is insecure.
        insecure: Plain text instead of TLS.
        config_file: Flyte's YAML file; else ``FLYTECTL_CONFIG`` or ``~/.flyte/config.yaml``.
        data_dir: Data folder whose platform to look for.

    Raises:
        InvalidInput: A value or file is wrong; the message says where it stands.
        PreconditionFailed: Nobody names a platform and none runs here.
    """
    if config_file is not None and not config_file.is_file():
        raise InvalidInput(f"There is no configuration file {config_file}.")
    sources = _Sources(config_file or flyte_config_path())
    address, source = (endpoint, "the argument") if endpoint else sources.endpoint()
    if not address:
        running = discover(data_dir)
        if running is None:
            raise PreconditionFailed(
                "No platform is configured, and none runs here. Start one with: flyweight up. Or name one with"
                " FLYWEIGHT_ENDPOINT=host:port, or in Flyte's file ~/.flyte/config.yaml (admin.endpoint)."
            )
        address, source = running.address, f"the platform that runs on {running.data_dir} (process {running.pid})"
    return _settings(address, source, insecure, sources)


def _settings(address: str, source: str, insecure: bool | None, sources: _Sources) -> ClientSettings:  # noqa: FBT001  # not a switch
    scheme, _, rest = address.rpartition("://")
    bare = rest.strip("/")
    if not bare:
        raise InvalidInput(f"{source} is {address!r}, and is to be host:port, as in localhost:30080.")
    by_scheme = {"http": True, "https": False}.get(scheme, _host(bare) in _LOOPBACK)
    certificate = sources.get("FLYTE_PLATFORM_CA_CERT_FILE_PATH", "admin.caCertFilePath", text, "")
    return ClientSettings(
        endpoint=bare,
        source=source,
        insecure=sources.get("FLYTE_PLATFORM_INSECURE", "admin.insecure", flag, by_scheme)
        if insecure is None
        else insecure,
        insecure_skip_verify=sources.get(
            "FLYTE_PLATFORM_INSECURE_SKIP_VERIFY", "admin.insecureSkipVerify", flag, default=False
        ),
        ca_cert_file=Path(certificate).expanduser() if certificate else None,
        auth_type=sources.get("FLYTE_CREDENTIALS_AUTH_MODE", "admin.authType", text, ""),
        client_id=sources.get("FLYTE_CREDENTIALS_CLIENT_ID", "admin.clientId", text, ""),
        client_secret=_secret(sources),
        scopes=sources.get("FLYTE_CREDENTIALS_SCOPES", "admin.scopes", words, ()),
        audience=sources.get("FLYTE_CREDENTIALS_AUDIENCE", "admin.audience", text, ""),
        command=sources.get("FLYTE_CREDENTIALS_COMMAND", "admin.command", words, ()),
        proxy_command=sources.get("FLYTE_CREDENTIALS_PROXY_COMMAND", "admin.proxyCommand", words, ()),
        http_proxy=sources.get("FLYTE_PLATFORM_HTTP_PROXY_URL", "admin.httpProxyURL", text, ""),
        default_project=sources.get("FLYTE_DEFAULT_PROJECT", "task.project", text, DEFAULT_PROJECT),
        default_domain=sources.get("FLYTE_DEFAULT_DOMAIN", "task.domain", text, DEFAULT_DOMAIN),
        console_endpoint=sources.get("FLYTE_PLATFORM_CONSOLE_ENDPOINT", "console.endpoint", text, ""),
    )


def _host(address: str) -> str:
    host, _, port = address.rpartition(":")
    return host if host and port.isdecimal() else address


def _secret(sources: _Sources) -> str:
    """Read the client's secret from wherever Flyte lets it stand: a variable, a named variable, a file."""
    secret = variable("FLYTE_CREDENTIALS_CLIENT_SECRET")
    if secret:
        return secret
    named = sources.get("FLYTE_CREDENTIALS_CLIENT_SECRET_ENV_VAR", "admin.clientSecretEnvVar", text, "")
    if named:
        return variable(named)
    place = sources.get("FLYTE_CREDENTIALS_CLIENT_SECRET_LOCATION", "admin.clientSecretLocation", text, "")
    if not place:
        return ""
    try:
        return Path(place).expanduser().read_text(encoding="utf-8").strip()
    except OSError as error:
        raise InvalidInput(f"The client secret {place} cannot be read: {error.strerror}.") from error
