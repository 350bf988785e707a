"""Objects by URI: plain files for ``file://`` (or a bare path), obstore for memory, S3, Google's and Azure's stores.

Functions block; on an event loop, give them to a thread: ``await asyncio.to_thread(blob.get, uri)``.
"""

from flyweight.blob.objects import (
    delete_prefix,
    download,
    exists,
    get,
    is_there,
    list_objects,
    open_read,
    open_write,
    put,
    size,
    upload,
)
from flyweight.blob.signer import Signer
from flyweight.blob.uris import bare, file_uri, is_file, join, path_of

__all__ = [
    "Signer",
    "bare",
    "delete_prefix",
    "download",
    "exists",
    "file_uri",
    "get",
    "is_file",
    "is_there",
    "join",
    "list_objects",
    "open_read",
    "open_write",
    "path_of",
    "put",
    "size",
    "upload",
]
