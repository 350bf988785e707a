"""Signed links: what they allow, and that they allow nothing else."""

from urllib.parse import parse_qs, urlencode

import pytest

from flyweight.blob import Signer
from flyweight.clock import ManualClock
from flyweight.errors import PermissionDenied

PATH = "/blobs/p/d/ABC%3D/fast.tar.gz"
MD5 = "1B2M2Y8AsgTpgAmY7PhCfg=="


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def signer(clock):
    return Signer(b"s" * 32, clock)


def test_a_link_works_until_it_expires(signer, clock):
    query = signer.sign("GET", PATH, expires_in=60)
    signer.verify("GET", PATH, query, {})
    clock.advance(59)
    signer.verify("GET", PATH, query, {})
    clock.advance(1)
    with pytest.raises(PermissionDenied, match="expired"):
        signer.verify("GET", PATH, query, {})


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", PATH), ("DELETE", PATH), ("GET", PATH + "x"), ("GET", "/blobs/other"), ("GET", "")]
)
def test_a_link_is_for_one_method_and_object(signer, method, path):
    query = signer.sign("GET", PATH, expires_in=60)
    with pytest.raises(PermissionDenied, match="forged"):
        signer.verify(method, path, query, {})


@pytest.mark.parametrize("name", ["expires", "md5", "length", "signature"])
@pytest.mark.parametrize("change", [lambda value: value[:-1] + "9", lambda _: "", lambda value: value + "0"])
def test_no_term_can_be_changed(signer, name, change):
    query = signer.sign("PUT", PATH, expires_in=60, content_md5=MD5, content_length=18)
    terms = {key: values[0] for key, values in parse_qs(query).items()}
    changed = {**terms, name: change(terms[name])}
    assert changed != terms
    with pytest.raises(PermissionDenied):
        signer.verify("PUT", PATH, urlencode(changed), {"content-md5": changed["md5"], "content-length": "18"})


@pytest.mark.parametrize("name", ["expires", "md5", "length", "signature"])
def test_no_term_can_be_left_out(signer, name):
    query = signer.sign("PUT", PATH, expires_in=60, content_md5=MD5, content_length=18)
    terms = {key: values[0] for key, values in parse_qs(query).items() if key != name}
    with pytest.raises(PermissionDenied, match="forged"):
        signer.verify("PUT", PATH, urlencode(terms), {"content-md5": MD5, "content-length": "18"})


def test_signed_content_must_be_what_is_sent(signer):
    query = signer.sign("PUT", PATH, expires_in=60, content_md5=MD5, content_length=18)
    signer.verify("PUT", PATH, query, {"Content-MD5": MD5, "Content-Length": "18"})
    for headers in ({}, {"content-md5": "other", "content-length": "18"}, {"content-md5": MD5, "content-length": "19"}):
        with pytest.raises(PermissionDenied):
            signer.verify("PUT", PATH, query, headers)


def test_another_secret_signs_otherwise(signer, clock):
    query = Signer(b"t" * 32, clock).sign("GET", PATH, expires_in=60)
    with pytest.raises(PermissionDenied, match="forged"):
        signer.verify("GET", PATH, query, {})


@pytest.mark.parametrize(
    "query", ["", "signature=", "expires=9999999999", "a=1&" * 40, "signature=%FF&expires=x", "&&=&"]
)
def test_garbage_is_no_link(signer, query):
    with pytest.raises(PermissionDenied):
        signer.verify("GET", PATH, query, {})
