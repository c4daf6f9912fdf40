"""Signs requests to S3: AWS Signature Version 4, as its documentation describes it. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

_ALGORITHM = "AWS4-HMAC-SHA256"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOTHING = hashlib.sha256(b"").hexdigest()
"""The digest of an empty body; we never send another."""


def query_string(query: Mapping[str, str | bytes]) -> str:
    """Return a query as it is sent and signed: sorted, and everything encoded but letters, digits and `-_.~`."""
    encoded = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in query.items())
    return "&".join(f"{name}={value}" for name, value in encoded)


def key_path(key: bytes) -> str:
    """Return an object's key as a part of a path."""
    return quote(key, safe="/-_.~")


def signed(
    method: str, host: str, path: str, query: str, *, region: str, access: str, secret: str, now: int
) -> dict[str, str]:
    """Return the headers that make a request without a body a signed one. `path` and `query` are encoded already."""
    moment = (_EPOCH + timedelta(microseconds=now)).strftime("%Y%m%dT%H%M%SZ")
    told = {"host": host, "x-amz-content-sha256": NOTHING, "x-amz-date": moment}
    names = ";".join(told)
    lines = [method, path, query, *(f"{name}:{value}" for name, value in told.items()), "", names, NOTHING]
    scope = f"{moment[:8]}/{region}/s3/aws4_request"
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, f"{_ALGORITHM}\n{moment}\n{scope}\n{digest}".encode(), "sha256").hex()
    told["authorization"] = f"{_ALGORITHM} Credential={access}/{scope}, SignedHeaders={names}, Signature={signature}"
    return told
