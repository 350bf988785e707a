"""Reads what ``flyte://`` addresses name: inputs, outputs and decks of executions; downloads what values point at."""

from pathlib import Path
from typing import Any

from flyteidl.core import literals_pb2
from flyteidl.service import dataproxy_pb2

from flyweight.client import downloads, rpcs, transfer
from flyweight.client.data import ClientData
from flyweight.client.fetch import Fetching
from flyweight.client.outputs import LiteralsResolver
from flyweight.client.upload import Uploading
from flyweight.errors import InvalidInput, NotFound


class Addressing(Fetching, Uploading):
    """Reads data by its address."""

    def get(self, flyte_uri: str) -> Any:
        """Read what a ``flyte://v1/PROJECT/DOMAIN/EXECUTION/NODE/...`` address names.

        Returns:
            A ``LiteralsResolver`` for inputs or outputs, a value for one of them, HTML as text for a deck.

        Raises:
            NotFound: there is nothing.

        """
        found = self._data_at(flyte_uri)
        values: Any = self._read(flyte_uri, found)
        return values[_last(flyte_uri)] if found.WhichOneof("data") == "literal" else values

    def values_at(self, flyte_uri: str) -> Any:
        """Read the same, but give a single value as a ``LiteralsResolver`` too, under its name; raises as ``get``."""
        return self._read(flyte_uri, self._data_at(flyte_uri))

    def download(
        self,
        data: LiteralsResolver | literals_pb2.Literal | literals_pb2.LiteralMap,
        download_to: str | Path,
        recursive: bool = True,  # noqa: FBT001, FBT002  flytekit's signature
    ) -> dict[str, Path]:
        """Write files, folders, dataframes and structured values (as JSON) below a local folder.

        Args:
            data: a value, or several by name.
            download_to: the folder; it is made if it is not there.
            recursive: must be true for several values, as in flytekit.

        Returns:
            What was written, by its path in the values: ``report.files[0]``.

        Raises:
            InvalidInput: several values, and not ``recursive``.

        """
        if isinstance(data, literals_pb2.Literal):
            values = {"data": data}
        elif recursive:
            values = dict(data.literals)
        else:
            raise InvalidInput("Several values are downloaded with recursive=True (on the command line --recursive).")
        return dict(downloads.download(values, Path(download_to), self._access()))

    def _data_at(self, flyte_uri: str) -> dataproxy_pb2.GetDataResponse:
        return self.connection.call(rpcs.GET_DATA, dataproxy_pb2.GetDataRequest(flyte_url=flyte_uri))

    def _read(self, flyte_uri: str, found: dataproxy_pb2.GetDataResponse) -> LiteralsResolver | str:
        match found.WhichOneof("data"):
            case "literal_map":
                return LiteralsResolver(found.literal_map.literals, data=self._access())
            case "literal":
                return LiteralsResolver({_last(flyte_uri): found.literal}, data=self._access())
            case _ if found.pre_signed_urls.signed_url:
                link = found.pre_signed_urls.signed_url[0]
                return transfer.get_bytes(link, self.connection.endpoint.ca_certificate).decode(errors="replace")
            case _:
                raise NotFound(f"There is nothing behind {flyte_uri}.")

    def _access(self) -> ClientData:
        return ClientData(self, self.default_project, self.default_domain)


def _last(flyte_uri: str) -> str:
    """Give the last part of an address, which names the value where it names a single one."""
    return flyte_uri.rstrip("/").rpartition("/")[2]
