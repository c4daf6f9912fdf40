"""An independent signer of SDK-HMAC-SHA256, written from the algorithm's description and from nothing of ours."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, unquote


def date_of(microseconds: int) -> str:
    """Return a time as the header X-Sdk-Date has it."""
    return datetime.fromtimestamp(microseconds / 1e6, UTC).strftime("%Y%m%dT%H%M%SZ")


def signed(
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
    pair: tuple[str, str],
    date: str,
    *,
    hash_said: str | None = None,
) -> dict[str, str]:
    """Return the headers of the request with its signature."""
    access, secret = pair
    named = {name.lower(): value for name, value in headers.items()} | {"x-sdk-date": date}
    if hash_said is not None:
        named["x-sdk-content-sha256"] = hash_said
    names = sorted(named)
    uri = "/".join(quote(part, safe="~") for part in unquote(path).split("/"))
    pairs = sorted(parse_qsl(query.replace("+", "%2B"), keep_blank_values=True))
    lines = [
        method,
        uri if uri.endswith("/") else uri + "/",
        "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs),
        *(f"{name}:{named[name].strip()}" for name in names),
        "",
        ";".join(names),
        hash_said or hashlib.sha256(body).hexdigest(),
    ]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    text = f"SDK-HMAC-SHA256\n{date}\n{digest}"
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    told = f"SDK-HMAC-SHA256 Access={access}, SignedHeaders={';'.join(names)}, Signature={signature}"
    return {**named, "authorization": told}
