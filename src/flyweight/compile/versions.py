"""Turns code, settings and environment into a version: equal in every process and kernel as long as they are equal."""

import base64
import dataclasses
import functools
import hashlib
import json
import platform
from importlib.metadata import distributions

from flyweight.compile.settings import PACKAGE_VERSION, SerializationSettings

VERSION_BYTES = 13
"""Enough that two different states never meet (2^52 versions to a collision), and short enough to read: 21 letters."""


def derive_version(code_digest: str, settings: SerializationSettings, environment: str = "") -> str:
    """Give the version of code that is registered with these settings.

    Args:
        code_digest: of the bundle, or of the entity's code.
        settings: their version, bundle URI and code digest do not count: the first is sought, the others follow.
        environment: ``environment_digest()`` when tasks are to run with the packages of this process.

    """
    counted = dataclasses.replace(settings, version="", bundle_uri="", code_digest="")
    text = json.dumps([code_digest, PACKAGE_VERSION, dataclasses.asdict(counted), environment], sort_keys=True)
    digest = hashlib.sha256(text.encode()).digest()[:VERSION_BYTES]
    return base64.b32encode(digest).decode().rstrip("=").lower()


@functools.cache
def environment_digest() -> str:
    """Give a digest of this process's Python and of every installed distribution with its version."""
    installed = sorted({f"{found.name.lower()}=={found.version}" for found in distributions()})
    text = "\n".join([platform.python_implementation(), platform.python_version(), *installed])
    return hashlib.sha256(text.encode()).hexdigest()
