"""Data in and out: Flyte's DataProxyService, and the transfers that its signed links permit.

The same content gets the same address, so that registering the same code twice changes nothing.
"""

import base64
from collections.abc import AsyncIterator, Mapping

from flyteidl.service import dataproxy_pb2
from google.protobuf.duration_pb2 import Duration

from flyweight.clock import to_timestamp
from flyweight.engine.phases import NodePhase
from flyweight.engine.records import AttemptRecord, NodeRecord
from flyweight.errors import AlreadyExists, InvalidInput, NotFound
from flyweight.ids import NodeId, new_object_name
from flyweight.services import transfers, views
from flyweight.services.flyte_urls import DataPart, FlyteUrl, parse_flyte_url
from flyweight.services.identifiers import unknown
from flyweight.services.links import MAX_SECONDS, Link, Links, check_key
from flyweight.services.lookup import Lookup
from flyweight.services.registration import Registration

_SUCCEEDED = frozenset({NodePhase.SUCCEEDED, NodePhase.RECOVERED})
_MD5_BYTES = 16
MAX_UPLOAD_BYTES = 5 * 1024**3
"""What S3 takes in one PUT; a store that follows later shall not take less."""


class Data:
    """Uploads, downloads, and the data that ``flyte://`` addresses name."""

    def __init__(
        self, lookup: Lookup, links: Links, registration: Registration, *, max_upload_bytes: int = MAX_UPLOAD_BYTES
    ) -> None:
        self._lookup = lookup
        self._links = links
        self._registration = registration
        self._limit = max_upload_bytes

    async def create_upload_location(
        self, request: dataproxy_pb2.CreateUploadLocationRequest
    ) -> dataproxy_pb2.CreateUploadLocationResponse:
        """Sign a link for one PUT; the same project, domain, name and ``content_md5`` give the same ``native_url``.

        Raises:
            InvalidInput: A name or the MD5 is not valid, or neither ``content_md5`` nor ``filename_root`` is given.
            AlreadyExists: Another content stands below the ``filename_root`` and name that were asked for.
        """
        await self._registration.check_project(request.project, request.domain)
        key = _upload_key(request)
        md5 = base64.b64encode(request.content_md5).decode()
        if request.filename and request.filename_root:
            await self._refuse_overwrite(key, md5)
        link = self._links.upload(key, seconds=_seconds(request.expires_in), content_md5=md5)
        return dataproxy_pb2.CreateUploadLocationResponse(
            signed_url=link.url, native_url=self._links.uri(key), expires_at=to_timestamp(link.expires_at)
        )

    async def create_download_location(
        self, request: dataproxy_pb2.CreateDownloadLocationRequest
    ) -> dataproxy_pb2.CreateDownloadLocationResponse:
        """Sign a link to read one object of this platform's store; raises ``PermissionDenied`` for any other."""
        link = self._links.download(request.native_url, seconds=_seconds(request.expires_in))
        return dataproxy_pb2.CreateDownloadLocationResponse(
            signed_url=link.url, expires_at=to_timestamp(link.expires_at)
        )

    async def create_download_link(
        self, request: dataproxy_pb2.CreateDownloadLinkRequest
    ) -> dataproxy_pb2.CreateDownloadLinkResponse:
        """Sign a link to a node's deck; raises ``NotFound`` when it has none, or none yet."""
        if request.artifact_type != dataproxy_pb2.ARTIFACT_TYPE_DECK:
            raise InvalidInput("the artifact type must be ARTIFACT_TYPE_DECK: there is no other")
        of = request.node_execution_id.execution_id
        found = await self._lookup.execution(of.project, of.domain, of.name)
        node = await self._lookup.node(found, NodeId(request.node_execution_id.node_id))
        link = await self._deck(node.deck_uri, f"node {node.node!r}", _seconds(request.expires_in))
        signed = _signed(link)
        return dataproxy_pb2.CreateDownloadLinkResponse(
            signed_url=[link.url], expires_at=signed.expires_at, pre_signed_urls=signed
        )

    async def get_data(self, request: dataproxy_pb2.GetDataRequest) -> dataproxy_pb2.GetDataResponse:
        """Give what a ``flyte://`` address names: inputs or outputs, one of them, or a signed link to the deck."""
        url = parse_flyte_url(request.flyte_url)
        found = await self._lookup.execution(url.execution.project, url.execution.domain, url.execution.name)
        node = await self._lookup.node(found, NodeId(url.node))
        attempt = None
        if url.attempt is not None:
            attempt = await self._lookup.attempt(found.new.key, node.node, url.attempt)
            if attempt is None:
                raise NotFound(
                    f"node {url.node!r} has no attempt {url.attempt + 1}: they count from 1, in addresses from 0"
                )
        if url.part is DataPart.DECK:
            uri = node.deck_uri if attempt is None else attempt.deck_uri
            return dataproxy_pb2.GetDataResponse(
                pre_signed_urls=_signed(await self._deck(uri, request.flyte_url, MAX_SECONDS))
            )
        return await self._literals(url, node, attempt)

    async def receive(self, path: str, query: str, headers: Mapping[str, str], stream: AsyncIterator[bytes]) -> None:
        """Store what a signed PUT sends.

        Args:
            path: The address's path as it came on the wire, percent-encoded.
            query: Its query string.
            headers: The request's headers, names in lower case.
            stream: The body.

        Raises:
            PermissionDenied: The link is forged, too old, or was made for something else.
            TooLarge, InvalidInput, TryAgain, StorageFailed: The content cannot be stored (``transfers``).
        """
        uri = self._links.checked("PUT", path, query, headers)
        await transfers.write_object(uri, stream, limit=self._limit, content_md5=headers.get("content-md5", "").strip())

    async def send(self, method: str, path: str, query: str, headers: Mapping[str, str]) -> transfers.Download:
        """Open what a signed GET or HEAD asks for, with the range that its ``range`` header names.

        Raises:
            PermissionDenied: The link is forged, too old, or was made for something else.
            NotFound: The object is not there.
        """
        uri = self._links.checked(method, path, query, headers)
        return await transfers.read_object(uri, headers.get("range", ""), head=method == "HEAD")

    async def _refuse_overwrite(self, key: str, md5: str) -> None:
        try:
            there = await transfers.md5_of(self._links.uri(key))
        except NotFound:
            return
        if there != md5:
            raise AlreadyExists(
                f"another file stands at {key!r} (MD5 {there}, yours {md5 or 'is not given'}): "
                "give its content_md5 if it is the same file, or another filename_root"
            )

    async def _deck(self, uri: str, of: str, seconds: int) -> Link:
        if not uri:
            raise NotFound(f"{of} has no deck: write @task(enable_deck=True) for one")
        if not await transfers.exists(uri):
            raise NotFound(f"the deck of {of} was not published yet")
        return self._links.download(uri, seconds=seconds)

    async def _literals(
        self, url: FlyteUrl, node: NodeRecord, attempt: AttemptRecord | None
    ) -> dataproxy_pb2.GetDataResponse:
        if url.part is DataPart.INPUTS:
            body = await self._lookup.body(node.inputs, node.inputs_uri)
        elif attempt is not None and attempt.attempt != node.attempt:
            body = b""  # an attempt that was followed by another has no outputs
        else:
            body = await self._lookup.body(node.outputs, node.outputs_uri)
        if url.part is DataPart.OUTPUTS and node.phase not in _SUCCEEDED:
            raise NotFound(f"node {url.shown!r} has no outputs: it is {node.phase.name}")
        literals = views.literal_map(body)
        if not url.variable:
            return dataproxy_pb2.GetDataResponse(literal_map=literals)
        if url.variable not in literals.literals:
            side = "input" if url.part is DataPart.INPUTS else "output"
            raise unknown(side, url.variable, literals.literals, where=f"node {node.node!r}, {node.phase.name}")
        return dataproxy_pb2.GetDataResponse(literal=literals.literals[url.variable])


def _upload_key(request: dataproxy_pb2.CreateUploadLocationRequest) -> str:
    """Name the object as flyteadmin does: project, domain, the MD5 in base 32 (or the given root), file name."""
    if not request.content_md5 and not request.filename_root:
        raise InvalidInput("an upload needs content_md5 (the 16 bytes of the file's MD5) or filename_root")
    if request.content_md5 and len(request.content_md5) != _MD5_BYTES:
        raise InvalidInput(f"content_md5 has {len(request.content_md5)} bytes; an MD5 has {_MD5_BYTES}")
    folder = request.filename_root or base64.b32encode(request.content_md5).decode()
    key = f"{request.project}/{request.domain}/{folder.strip('/')}/{request.filename or new_object_name()}"
    check_key(key)
    return key


def _seconds(asked: Duration) -> int:
    seconds = asked.seconds or MAX_SECONDS
    if not 0 < seconds <= MAX_SECONDS:
        raise InvalidInput(f"expires_in is {seconds} s; a link lives 1 to {MAX_SECONDS} s")
    return seconds


def _signed(link: Link) -> dataproxy_pb2.PreSignedURLs:
    return dataproxy_pb2.PreSignedURLs(signed_url=[link.url], expires_at=to_timestamp(link.expires_at))
