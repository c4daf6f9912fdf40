"""SDK-HMAC-SHA256: what the sender of a request has signed with a secret key, rebuilt and compared. Pure.

The canonical request has six parts joined by newlines: method, path, query, headers, names of the signed headers, and
the SHA-256 of the body. What is signed is the algorithm, the time and the SHA-256 of that; the key is used as it is.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from operator import itemgetter
from urllib.parse import quote_from_bytes, unquote_to_bytes

from msgspec import Struct

from jobyard.job.clock import SECOND

ALGORITHM = "SDK-HMAC-SHA256"
SKEW = 15 * 60 * SECOND
"""How far the sender's clock may be from ours, either way."""
_NEVER_SIGNED = "UNSIGNED-PAYLOAD"
_DATE, _DATE_FORM, _DATE_LENGTH = "x-sdk-date", "%Y%m%dT%H%M%SZ", 16
_NEEDED = frozenset({"host", _DATE})
"""Headers that have to be signed: else a request could be sent to another house, or at another time."""
_HASH = "x-sdk-content-sha256"
_HEX = frozenset("0123456789abcdef")
_LONGEST, _LONGEST_ACCESS = 8_192, 128

Headers = Sequence[tuple[bytes, bytes]]


class BadSignature(Exception):
    """The request is not signed as it has to be. What it says may be shown to the sender."""


class Signed(Struct, frozen=True):
    """What an Authorization header of this algorithm says."""

    access: str
    headers: tuple[str, ...]
    """Names of the headers that were signed, as they were listed."""
    signature: str


class Asked(Struct, frozen=True):
    """A request as it came."""

    method: str
    path: bytes
    """As it stood in the first line, percent-encoded."""
    query: bytes
    headers: Headers
    body: bytes


def parsed(authorization: str) -> Signed:
    """Return what the header says. Raises BadSignature for another algorithm and for what has another form."""
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != ALGORITHM:
        raise BadSignature(f"the signature must be of the algorithm {ALGORITHM}")
    said = dict(_part(part) for part in rest.split(","))
    if len(authorization) > _LONGEST or said.keys() != {"Access", "SignedHeaders", "Signature"}:
        raise BadSignature("the Authorization header must say Access, SignedHeaders and Signature")
    names, signature = tuple(said["SignedHeaders"].split(";")), said["Signature"]
    if len(signature) != 64 or not _HEX.issuperset(signature):
        raise BadSignature("the signature is 64 hexadecimal characters")
    if not 0 < len(said["Access"]) <= _LONGEST_ACCESS:
        raise BadSignature("the access key is not one of this house")
    if any(name != name.lower() or not name for name in names) or len(set(names)) != len(names):
        raise BadSignature("the signed headers are named in lower case, each once")
    if not _NEEDED.issubset(names):
        raise BadSignature("the headers host and x-sdk-date must be signed")
    return Signed(said["Access"], names, signature)


def signed_at(headers: Headers) -> int:
    """Return when the request was signed, in microseconds since 1970. Raises BadSignature where that cannot be read."""
    text = _one(headers, _DATE).decode("latin-1")
    try:
        if len(text) != _DATE_LENGTH:
            raise ValueError(text)
        at = datetime.strptime(text, _DATE_FORM).replace(tzinfo=UTC)
    except ValueError:
        raise BadSignature("the header X-Sdk-Date is a time such as 20260131T235959Z") from None
    return int(at.timestamp()) * SECOND


def check_fresh(at: int, now: int) -> None:
    """Raise BadSignature where the sender's clock is too far from ours."""
    if abs(now - at) > SKEW:
        raise BadSignature("the request was signed more than 15 minutes from now")


def fits(signed: Signed, asked: Asked, secret: str) -> bool:
    """Tell, in constant time, whether the request was signed with the secret.

    Raises BadSignature where a signed header is missing or doubled, or where the body is not the one it was signed for.
    """
    date = _one(asked.headers, _DATE)
    forms = {query: sign(canonical(signed, asked, query), date, secret) for query in _queries(asked.query)}
    return any(hmac.compare_digest(wanted, signed.signature) for wanted in forms.values())


def sign(canonical_request: bytes, date: bytes, secret: str) -> str:
    """Return the signature of a canonical request."""
    digest = hashlib.sha256(canonical_request).hexdigest().encode("ascii")
    content = b"\n".join([ALGORITHM.encode("ascii"), date, digest])
    return hmac.digest(secret.encode("utf-8"), content, "sha256").hex()


def canonical(signed: Signed, asked: Asked, query: bytes) -> bytes:
    """Return the canonical request with the query in this form. Raises BadSignature."""
    lines = [name.encode("latin-1") + b":" + _one(asked.headers, name).strip() + b"\n" for name in signed.headers]
    parts = [
        asked.method.encode("latin-1"),
        _path(asked.path),
        query,
        b"".join(lines),
        ";".join(signed.headers).encode("latin-1"),
        _hash(asked),
    ]
    return b"\n".join(parts)


def _path(raw: bytes) -> bytes:
    """Return the path: decoded whole, cut at the separators, each part encoded anew, with a separator at its end.

    An encoded separator thus counts as one, here as with those who sign.
    """
    parts = unquote_to_bytes(raw).split(b"/")
    path = "/".join(quote_from_bytes(part, safe="~") for part in parts)
    return (path if path.endswith("/") else path + "/").encode("ascii")


def _queries(raw: bytes) -> list[bytes]:
    """Return the query in the forms in which it may have been signed: each name with its value, encoded anew.

    They are in order of the names; the values of one name in order too, or, since some sort numbers as numbers, as they
    came.
    """
    pairs = []
    for part in raw.split(b"&") if raw else []:
        name, _, value = part.partition(b"=")
        pairs.append((unquote_to_bytes(name), unquote_to_bytes(value)))
    return [_written(sorted(pairs)), _written(sorted(pairs, key=itemgetter(0)))]


def _written(pairs: Sequence[tuple[bytes, bytes]]) -> bytes:
    told = (f"{quote_from_bytes(name, safe='~')}={quote_from_bytes(value, safe='~')}" for name, value in pairs)
    return "&".join(told).encode("ascii")


def _hash(asked: Asked) -> bytes:
    digest = hashlib.sha256(asked.body).hexdigest()
    if not asked.body:  # whatever the header says then: it is signed like any other
        return digest.encode("ascii")
    said = [value for name, value in asked.headers if name == _HASH.encode("ascii")]
    if said and said[0].decode("latin-1") == _NEVER_SIGNED:
        raise BadSignature("the body must be signed as well")
    if said and (len(said) > 1 or not hmac.compare_digest(said[0], digest.encode("ascii"))):
        raise BadSignature("the body is not the one that was signed")
    return digest.encode("ascii")


def _one(headers: Headers, name: str) -> bytes:
    found = [value for key, value in headers if key == name.encode("latin-1")]
    if len(found) != 1:
        raise BadSignature(f"the signed header {name} must be there once")
    return found[0]


def _part(part: str) -> tuple[str, str]:
    name, _, value = part.strip().partition("=")
    return name, value
