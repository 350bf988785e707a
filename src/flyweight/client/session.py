"""What every subject of the client stands on: one connection, and the project and domain that are meant by default."""

import functools
import threading

from flyteidl.core import identifier_pb2

from flyweight.client.channel import Connection
from flyweight.client.config import Config


class Session:
    """A connection that opens on first use, and the defaults of names."""

    def __init__(
        self, config: Config | None = None, default_project: str | None = None, default_domain: str | None = None
    ) -> None:
        self.config = config or Config.auto()
        self._project = default_project
        self._domain = default_domain
        self._opening = threading.Lock()

    @property
    def default_project(self) -> str:
        """The project that is meant when none is named."""
        return self._project or self.config.default_project

    @property
    def default_domain(self) -> str:
        """The domain that is meant when none is named."""
        return self._domain or self.config.default_domain

    @functools.cached_property
    def connection(self) -> Connection:
        """The live connection to the platform.

        Raises:
            NotFound: no platform is configured and none was discovered.

        """
        return Connection(self.config.endpoint())

    @property
    def address(self) -> str:
        """Where the platform answers, as ``host:port``."""
        return self.connection.address

    @property
    def console(self) -> str:
        """The console's address, without a slash at the end."""
        if self.config.console_endpoint:
            return self.config.console_endpoint.rstrip("/")
        return f"{'http' if self.connection.endpoint.insecure else 'https'}://{self.address}"

    def identifier(
        self,
        kind: identifier_pb2.ResourceType,
        project: str | None,
        domain: str | None,
        name: str,
        version: str | None = None,
    ) -> identifier_pb2.Identifier:
        """Name an entity; what is left out is taken from the defaults."""
        return identifier_pb2.Identifier(
            resource_type=kind,
            project=project or self.default_project,
            domain=domain or self.default_domain,
            name=name,
            version=version or "",
        )

    def execution_id(
        self, name: str, project: str | None = None, domain: str | None = None
    ) -> identifier_pb2.WorkflowExecutionIdentifier:
        """Name an execution; what is left out is taken from the defaults."""
        return identifier_pb2.WorkflowExecutionIdentifier(
            project=project or self.default_project, domain=domain or self.default_domain, name=name
        )

    def close(self) -> None:
        """End the connection; watching ends with it."""
        if "connection" in self.__dict__:
            self.connection.close()
