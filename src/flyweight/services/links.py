"""Links to objects on the platform's own address: an object's URI in, a signed address out, and back again, checked.

An address names an object by its key below the platform's blob root, so nothing outside that root can be named.
"""

import asyncio
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from flyteidl.admin import common_pb2

from flyweight import blob
from flyweight.blob import Signer
from flyweight.clock import Clock, Micros
from flyweight.errors import InvalidInput, PermissionDenied

PREFIX = "/blobs/"
"""Path of the addresses below which the API serves objects."""

MAX_SECONDS = 3600
"""Flyte's own longest life of a link."""

_MAX_KEY = 1024
_MAX_PART = 255
"""Longest name of a file on the file systems that we know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A signed address, and when it stops to work."""

    url: str
    expires_at: Micros


class Links:
    """Makes and checks signed links below one blob root."""

    def __init__(self, *, root: str, address: str, signer: Signer, clock: Clock) -> None:
        """Take the URI of the blob root and the platform's address, ``http://host:port``."""
        self.root = blob.bare(root).rstrip("/")
        self._address = address.rstrip("/")
        self._signer = signer
        self._clock = clock

    def uri(self, key: str) -> str:
        """Give the URI of the object with that key; raises ``InvalidInput`` for a key that could leave the root."""
        check_key(key)
        return f"{self.root}/{key}"

    def key(self, uri: str) -> str:
        """Give the key of an object; raises ``PermissionDenied`` for one that is not in the platform's store."""
        prefix = f"{self.root}/"
        place = blob.bare(uri)
        if not place.startswith(prefix):
            raise PermissionDenied(f"{uri!r} is not in this platform's store ({prefix}): there can be no link to it")
        key = place.removeprefix(prefix)
        check_key(key)
        return key

    def upload(self, key: str, *, seconds: int, content_md5: str) -> Link:
        """Sign a link that takes one PUT of the object; with ``content_md5`` (base64), of just that content."""
        return self._link("PUT", key, seconds, content_md5)

    def download(self, uri: str, *, seconds: int = MAX_SECONDS) -> Link:
        """Sign a link that the object can be read by."""
        return self._link("GET", self.key(uri), seconds, "")

    async def url_blob(self, uri: str) -> common_pb2.UrlBlob:
        """Give an object's size and a link to read it; empty for none (what is small stands in the response itself)."""
        if not uri:
            return common_pb2.UrlBlob()
        size = await asyncio.to_thread(blob.size, uri)
        return common_pb2.UrlBlob(url=self.download(uri).url, bytes=size)

    def checked(self, method: str, path: str, query: str, headers: Mapping[str, str]) -> str:
        """Give the URI that a signed request may use; raises ``PermissionDenied`` when the link is not good for it.

        ``path`` is the address's path as it came on the wire, percent-encoded. A link to read serves HEAD too.
        """
        self._signer.verify("GET" if method == "HEAD" else method, path, query, headers)
        if not path.startswith(PREFIX):
            raise PermissionDenied(f"{path!r} is no object's address")
        return self.uri(unquote(path.removeprefix(PREFIX)))

    def _link(self, method: str, key: str, seconds: int, content_md5: str) -> Link:
        path = PREFIX + quote(key, safe="/=")
        query = self._signer.sign(method, path, expires_in=seconds, content_md5=content_md5)
        return Link(url=f"{self._address}{path}?{query}", expires_at=Micros(self._clock.now() + seconds * 1_000_000))


def check_key(key: str) -> None:
    """Refuse keys that a file system or an address could read otherwise than we do."""
    parts = key.split("/")
    if len(key) > _MAX_KEY or any(len(part.encode()) > _MAX_PART for part in parts):
        raise InvalidInput(
            f"the object's name is too long (at most {_MAX_KEY} characters, {_MAX_PART} bytes a part): {key[:60]!r}..."
        )
    if any(part in {"", ".", ".."} for part in parts):
        raise InvalidInput(f"the object's name {key!r} has an empty part, '.' or '..': give a plain relative path")
    if "\\" in key or any(unicodedata.category(letter) == "Cc" for letter in key):
        raise InvalidInput(f"the object's name {key!r} holds a backslash or a control character")
