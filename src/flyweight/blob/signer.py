"""Links that are signed: for one method, one path, one content if its MD5 is known, and a time.

HMAC-SHA256 over all of these; a link cannot be forged, used for another object, or used after it expires.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode

from flyweight.clock import Clock
from flyweight.errors import PermissionDenied

EXPIRES = "expires"
CONTENT_MD5 = "md5"
CONTENT_LENGTH = "length"
SIGNATURE = "signature"

_MICROS = 1_000_000


class Signer:
    """Signs links with a secret and checks them."""

    def __init__(self, secret: bytes, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock

    def sign(
        self, method: str, path: str, *, expires_in: float, content_md5: str = "", content_length: int | None = None
    ) -> str:
        """Give the query string that allows it.

        Args:
            method: ``GET`` or ``PUT``.
            path: The address's path as it will stand on the wire, percent-encoded.
            expires_in: Seconds that it works.
            content_md5: Base64 of the MD5 that the content must have (header Content-MD5); empty: any content.
            content_length: Bytes that the content must have; None: any length.
        """
        terms = {EXPIRES: str(self._clock.now() // _MICROS + int(expires_in))}
        if content_md5:
            terms[CONTENT_MD5] = content_md5
        if content_length is not None:
            terms[CONTENT_LENGTH] = str(content_length)
        return urlencode(terms | {SIGNATURE: self._signature(method, path, terms)})

    def verify(self, method: str, path: str, query: str, headers: Mapping[str, str]) -> None:
        """Check a request against the link that it came by; header names are taken in any case.

        Raises:
            PermissionDenied: The link is forged, was made for something else, or has expired.
        """
        terms = _terms(query)
        given = terms.pop(SIGNATURE, "")
        signed = {name: terms[name] for name in (EXPIRES, CONTENT_MD5, CONTENT_LENGTH) if name in terms}
        expected = self._signature(method, path, signed)
        if not hmac.compare_digest(given.encode(), expected.encode()):
            raise PermissionDenied("This link is forged, or was made for another object or method: ask for a new one.")
        if int(signed[EXPIRES]) <= self._clock.now() // _MICROS:
            raise PermissionDenied("This link has expired: ask for a new one.")
        sent = {name.lower(): value for name, value in headers.items()}
        if CONTENT_MD5 in signed and sent.get("content-md5") != signed[CONTENT_MD5]:
            raise PermissionDenied(
                f"This link is for content with the MD5 {signed[CONTENT_MD5]}: send it as Content-MD5."
            )
        if CONTENT_LENGTH in signed and sent.get("content-length") != signed[CONTENT_LENGTH]:
            raise PermissionDenied(f"This link is for content of {signed[CONTENT_LENGTH]} bytes: send just these.")

    def _signature(self, method: str, path: str, terms: Mapping[str, str]) -> str:
        # Lengths before parts: no two different requests give the same text.
        parts = [method.upper(), path, *(terms.get(name, "-") for name in (EXPIRES, CONTENT_MD5, CONTENT_LENGTH))]
        text = "".join(f"{len(part)}:{part}" for part in parts)
        digest = hmac.new(self._secret, text.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _terms(query: str) -> dict[str, str]:
    try:
        return {name: values[-1] for name, values in parse_qs(query, max_num_fields=16).items()}
    except ValueError as error:
        raise PermissionDenied("This is no link of this platform: ask for a new one.") from error
