"""Files of a call's inputs and outputs, as the client reaches them: written through signed links, read where they lie.

The codecs of ``flyweight.types`` do their I/O through this while a caller's values become literals and back.
"""

import hashlib
import io
import tempfile
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Final

from flyteidl.service import dataproxy_pb2

from flyweight import blob
from flyweight.client import rpcs, transfer
from flyweight.client.upload import Uploading, file_md5
from flyweight.errors import InvalidInput, NotFound
from flyweight.ids import new_object_name
from flyweight.types.storage import BlobData

UNNAMED: Final = "data"


ROOT_LETTERS: Final = 32
"""Of a content's digest, in hexadecimal: enough that two contents never meet."""

Members = dict[str, tuple[Path, bytes]]
"""The files of a folder by their path below it, each with its MD5; a single file has the empty path."""


class ClientData:
    """Data access of a client: new objects go to the platform's store, others are read by their URI."""

    def __init__(self, uploads: Uploading, project: str, domain: str) -> None:
        self._uploads = uploads
        self._project = project
        self._domain = domain
        self._promised: dict[str, tuple[str, str]] = {}

    @cached_property
    def _blobs(self) -> BlobData:
        folder = Path(tempfile.mkdtemp(prefix="flyweight-"))
        return BlobData(raw_prefix=str(folder / "raw"), scratch=folder)

    def new_uri(self, name: str = "") -> str:
        """Ask the platform where a new object may go."""
        root, filename = new_object_name(), name or UNNAMED
        uri = self._location(root, filename, b"").native_url
        self._promised[uri] = (root, filename)
        return uri

    def put(self, path: str | Path, uri: str) -> None:
        """Upload a local file, or a folder with all it contains, to an address that was asked for."""
        root, filename = self._place(uri)
        self._send(_members(Path(path)), root, filename)

    def draft(self) -> Path:
        """Make up a path in the scratch folder."""
        return self.local_path(UNNAMED)

    def store(self, path: str | Path, name: str = "") -> str:
        """Upload a local file, or a folder with all it contains, to an address made of its content."""
        members = _members(Path(path))
        digest = hashlib.sha256()
        for below, (_, md5) in members.items():
            digest.update(f"{len(below)}:{below}".encode() + md5)
        return self._send(members, digest.hexdigest()[:ROOT_LETTERS], name or UNNAMED)

    def put_bytes(self, data: bytes, uri: str) -> None:
        """Write one object."""
        path = self.draft()
        path.write_bytes(data)
        self.put(path, uri)

    def _send(self, members: Members, root: str, filename: str) -> str:
        """Send files, and give the address of the file or folder they are."""
        address = ""
        for below, (path, md5) in members.items():
            location = self._location(root, f"{filename}/{below}" if below else filename, md5)
            self._uploads.send_file(path, location, md5)
            address = location.native_url.removesuffix(f"/{below}") if below else location.native_url
        return address

    def get(self, uri: str, path: str | Path) -> None:
        """Download an object to a file, or a prefix with all it contains to a folder."""
        link = self._link(uri)
        if link:
            transfer.get_file(link, Path(path), self._certificate)
        else:
            self._blobs.get(uri, path)

    def get_bytes(self, uri: str) -> bytes:
        """Read one object."""
        link = self._link(uri)
        return transfer.get_bytes(link, self._certificate) if link else self._blobs.get_bytes(uri)

    def list(self, uri: str) -> list[str]:
        """Give the paths of all objects below a prefix; a folder of the platform's machine must be downloaded first."""
        if self._elsewhere(uri):
            raise InvalidInput(f"{uri} lies on the platform's machine: call download() on the folder, then list it.")
        return self._blobs.list(uri)

    def open(self, uri: str, mode: str = "rb") -> IO[Any]:
        """Open one object as a stream; a new object is sent when the stream is closed."""
        if "w" in mode:
            return _Upload(self, uri, mode)
        link = self._link(uri)
        if not link:
            return self._blobs.open(uri, mode)
        content = io.BytesIO(transfer.get_bytes(link, self._certificate))
        return content if "b" in mode else io.TextIOWrapper(content, encoding="utf-8")

    def is_local(self, uri: str) -> bool:
        """Tell whether a URI is a path on this machine, readable without a download."""
        return self._blobs.is_local(uri) and not self._elsewhere(uri)

    def local_path(self, name: str = "") -> Path:
        """Make up a path in the scratch folder, in a fresh folder of its own."""
        return self._blobs.local_path(name)

    @property
    def _certificate(self) -> Path | None:
        return self._uploads.connection.endpoint.ca_certificate

    def _place(self, uri: str) -> tuple[str, str]:
        """Find the promised address that this one is, or lies below (a dataframe's ``00000`` in its folder)."""
        for promised, (root, filename) in self._promised.items():
            if uri == promised:
                return root, filename
            if uri.startswith(f"{promised}/"):
                return root, f"{filename}/{uri.removeprefix(promised).strip('/')}"
        raise InvalidInput(f"{uri} is not an address this platform gave out; inputs go where it says.")

    def _location(self, root: str, filename: str, digest: bytes) -> dataproxy_pb2.CreateUploadLocationResponse:
        return self._uploads.upload_location(
            dataproxy_pb2.CreateUploadLocationRequest(
                project=self._project,
                domain=self._domain,
                filename=filename,
                filename_root=root,
                content_md5=digest,
                add_content_md5_metadata=bool(digest),
            )
        )

    def _elsewhere(self, uri: str) -> bool:
        """Whether a file's URI names a path of the platform's machine that this machine does not have."""
        return blob.is_file(uri) and not blob.path_of(uri).exists()

    def _link(self, uri: str) -> str:
        if not self._elsewhere(uri):
            return ""
        request = dataproxy_pb2.CreateDownloadLocationRequest(native_url=uri)
        return self._uploads.connection.call(rpcs.CREATE_DOWNLOAD_LOCATION, request).signed_url


def _members(source: Path) -> Members:
    """List the files at or below a path.

    Raises:
        NotFound: there is none.

    """
    if source.is_file():
        return {"": (source, file_md5(source))}
    files = sorted(one for one in source.rglob("*") if one.is_file())
    if not files:
        raise NotFound(f"{source} holds no file to upload.")
    return {one.relative_to(source).as_posix(): (one, file_md5(one)) for one in files}


class _Upload(io.BytesIO):
    """Collects what is written, and sends it when it is closed."""

    def __init__(self, data: ClientData, uri: str, mode: str) -> None:
        if "b" not in mode:
            raise InvalidInput("Text cannot be streamed to a platform; write bytes.")
        super().__init__()
        self._data = data
        self._uri = uri

    def close(self) -> None:
        """Send what was written; an empty object too."""
        if not self.closed:
            content = self.getvalue()
            super().close()
            self._data.put_bytes(content, self._uri)
