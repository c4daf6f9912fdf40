"""web: the built files of the page, read once into memory. What is not on the shelf cannot be asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

ASSETS = Path(__file__).parent / "assets"
"""Where the build puts the page; not in the repository, always in the wheel."""
INDEX = "index.html"

MEDIA_TYPES: Mapping[str, str] = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
"""The kinds of files the page is made of; others are not served."""

_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
"""Compressed forms by preference: the name on the wire and the ending of the file."""
_TAG_LENGTH = 20


class Form(Struct, frozen=True):
    """One form of a file: as it is, or compressed."""

    encoding: str
    """`br`, `gzip`, or empty for the file as it is."""
    body: bytes
    etag: str


class Asset(Struct, frozen=True):
    """A file of the page in all its forms."""

    media_type: str
    forms: tuple[Form, ...]
    """By preference; the last one is the file as it is."""

    def form(self, accepted: str) -> Form:
        """Return the smallest form that a client with this Accept-Encoding header takes."""
        taken = encodings(accepted)
        return next((form for form in self.forms if form.encoding in taken), self.forms[-1])


def encodings(accepted: str) -> frozenset[str]:
    """Return the content codings an Accept-Encoding header names with a weight above zero."""
    taken = set()
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            taken.add(name.strip())
    return frozenset(taken)


def read(folder: Path = ASSETS) -> dict[str, Asset]:
    """Return the files of the page by name; empty where the page was not built."""
    if not (folder / INDEX).is_file():
        return {}
    found = (path for path in sorted(folder.iterdir()) if path.suffix in MEDIA_TYPES and path.is_file())
    return {path.name: _asset(path) for path in found}


def _asset(path: Path) -> Asset:
    forms = [
        _form(encoding, compressed)
        for encoding, ending in _ENCODINGS
        if (compressed := path.with_name(path.name + ending)).is_file()
    ]
    return Asset(MEDIA_TYPES[path.suffix], (*forms, _form("", path)))


def _form(encoding: str, path: Path) -> Form:
    body = path.read_bytes()
    return Form(encoding, body, f'"{hashlib.sha256(body).hexdigest()[:_TAG_LENGTH]}"')
