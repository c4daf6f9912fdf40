"""An endpoint: where buckets are, with which key they are read, and which of them may be used. A card each."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from jobyard.datasets.sources.address import SCHEMES, Stretch, stretch
from jobyard.job.errors import Invalid, SourceNotAllowed
from jobyard.store.contract import Card, View

DRAWER = "endpoint"
MOST = 200
"""The most endpoints of one house."""
_DEFAULT_REGION = "us-east-1"


class Endpoint(Struct, frozen=True, kw_only=True):
    """A server that keeps buckets, as an administrator set it up."""

    name: str
    url: str
    """`https://` or `http://`, a host, and a port where it needs one."""
    allowed: tuple[str, ...]
    """Buckets and folders in them that may be sources, as `bucket/` and `bucket/folder/`."""
    region: str = _DEFAULT_REGION
    host_style: bool = False
    """The bucket is named in the host, and not in the path."""
    access: str = ""
    """The access key; empty where anybody may read."""
    sealed: bytes = b""
    """The secret key, sealed by the vault for this endpoint's name."""
    set_by: str = ""
    set_at: int = 0


def card_of(endpoint: Endpoint) -> Card:
    """Return an endpoint as a card."""
    return Card(drawer=DRAWER, id=endpoint.name, body=msgspec.json.encode(endpoint).decode())


def endpoint_of(card: Card) -> Endpoint:
    """Return the endpoint that a card tells of."""
    return msgspec.json.decode(card.body, type=Endpoint)


def all_of(view: View) -> list[Endpoint]:
    """Return all endpoints by name."""
    return [endpoint_of(card) for card in view.cards(DRAWER, limit=MOST)]


def covering(view: View, wanted: Stretch) -> Endpoint:
    """Return the endpoint that allows a stretch. Raises SourceNotAllowed."""
    for endpoint in all_of(view):
        if any(wanted.place.startswith(place) for place in endpoint.allowed):
            return endpoint
    raise SourceNotAllowed(path=wanted.address)


def checked_place(text: str) -> str:
    """Return what an endpoint may allow as it is kept, `bucket/` or `bucket/folder/`. Raises Invalid."""
    bare = next((text.removeprefix(f"{one}://") for one in SCHEMES if text.startswith(f"{one}://")), text)
    found = stretch(f"s3://{bare.removeprefix('/')}")
    if found is None:
        raise _wrong("allowed", f"{text!r} is neither a bucket nor a folder in one; write BUCKET or BUCKET/FOLDER.")
    return found.place


def checked_url(text: str) -> str:
    """Return the address of an endpoint as it is kept. Raises Invalid."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _wrong("url", "The address of an endpoint cannot be read.") from None
    plain = text.isascii() and text.isprintable() and " " not in text and parts.hostname
    bare = parts.path in {"", "/"} and not (parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in {"https", "http"} or not plain or not bare:
        raise _wrong("url", "The address of an endpoint is https:// or http://, a host, and a port where it needs one.")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}:{port}" if port is not None else f"{parts.scheme}://{host}"


def require_apart(endpoint: Endpoint, others: Iterable[Endpoint]) -> None:
    """Raise Invalid where another endpoint allows a part of the same bucket: it would be unclear which one is meant."""
    for other in others:
        for mine in endpoint.allowed:
            for theirs in other.allowed:
                if other.name != endpoint.name and (mine.startswith(theirs) or theirs.startswith(mine)):
                    raise _wrong(
                        "allowed", f"The endpoint {other.name} allows {theirs} already, so {mine} is not clear."
                    )


def _wrong(path: str, sentence: str) -> Invalid:
    return Invalid(reason=sentence, fields=[{"path": path, "message": sentence}])
