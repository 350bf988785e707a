"""Brings files to a platform's store through signed links, and gives each the address that tasks will read it by."""

import base64
import hashlib
import io
from pathlib import Path
from typing import IO

from flyteidl.service import dataproxy_pb2

from flyweight.client import rpcs, transfer
from flyweight.client.session import Session
from flyweight.errors import NotFound


class Uploading(Session):
    """Uploads by content: the same file has the same address."""

    def upload_file(
        self,
        to_upload: str | Path,
        project: str | None = None,
        domain: str | None = None,
        filename_root: str | None = None,
    ) -> tuple[bytes, str]:
        """Upload one file.

        Args:
            to_upload: the file.
            project: whose store; the default project when left out.
            domain: likewise.
            filename_root: a folder of the caller's choice to put it in, instead of one named by its content.

        Returns:
            The MD5 of its content, and the address that tasks can read it by.

        Raises:
            NotFound: there is no such file.
            StorageFailed: the store refused it.

        """
        path = Path(to_upload)
        if not path.is_file():
            raise NotFound(f"There is no file {path} to upload.")
        digest = file_md5(path)
        location = self.upload_location(
            dataproxy_pb2.CreateUploadLocationRequest(
                project=project or self.default_project,
                domain=domain or self.default_domain,
                filename=path.name,
                content_md5=digest,
                filename_root=filename_root or "",
                add_content_md5_metadata=True,
            )
        )
        self.send_file(path, location, digest)
        return digest, location.native_url

    def upload_bytes(self, content: bytes, filename: str, project: str, domain: str) -> str:
        """Upload bytes under a file name and give their address; the same content has the same address."""
        digest = hashlib.md5(content, usedforsecurity=False).digest()
        location = self.upload_location(
            dataproxy_pb2.CreateUploadLocationRequest(
                project=project,
                domain=domain,
                filename=filename,
                content_md5=digest,
                add_content_md5_metadata=True,
            )
        )
        self._put(io.BytesIO(content), len(content), location, digest)
        return location.native_url

    def upload_location(
        self, request: dataproxy_pb2.CreateUploadLocationRequest
    ) -> dataproxy_pb2.CreateUploadLocationResponse:
        """Ask for a signed link to write one object with."""
        return self.connection.call(rpcs.CREATE_UPLOAD_LOCATION, request)

    def send_file(self, path: Path, location: dataproxy_pb2.CreateUploadLocationResponse, digest: bytes) -> None:
        """Write a file to the place that was asked for."""
        with path.open("rb") as body:
            self._put(body, path.stat().st_size, location, digest)

    def _put(
        self, body: IO[bytes], size: int, location: dataproxy_pb2.CreateUploadLocationResponse, digest: bytes
    ) -> None:
        headers = {"Content-MD5": base64.b64encode(digest).decode(), **location.headers}
        if location.native_url.startswith("abfs"):
            headers["x-ms-blob-type"] = "BlockBlob"
        headers["Content-Length"] = str(size)
        transfer.put(location.signed_url, body, headers, self.connection.endpoint.ca_certificate)


def file_md5(path: Path) -> bytes:
    """Give the MD5 of a file's content: the store's integrity check, not a secret."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).digest()
