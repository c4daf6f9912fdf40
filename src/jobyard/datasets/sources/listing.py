"""What an S3 server says of a bucket: a page of a listing, or an error. Read strictly; nothing else is believed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

from msgspec import Struct

_LARGEST = 2**63 - 1
_ETAG_LIMIT = 200
_CODE_LIMIT = 64


class NoListing(Exception):
    """What came is no page of a listing; the text says why."""


class Listed(NamedTuple):
    """One object."""

    key: bytes
    size: int
    mtime_ns: int
    etag: str


class ListingPage(Struct, frozen=True, kw_only=True):
    """A page of a listing, in the order of the keys' bytes."""

    objects: list[Listed]
    more: bool
    """There is a next page."""
    token: str
    """What the next page is asked for with where this one has no objects; empty where it is not needed."""
    old: bool
    """The server answered in the words of the first version of the protocol, which begins behind a `marker`."""


def parsed(body: bytes) -> ET.Element:
    """Return a document as a tree. Raises NoListing for anything that is none, or declares entities."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise NoListing("it declares entities")
    try:
        # Another encoding could hide a declaration from the line above; with this one nothing can be declared any more.
        if "\0" in body.decode():
            raise NoListing("it holds a NUL")
        return ET.fromstring(body, parser=ET.XMLParser(encoding="utf-8"))  # noqa: S314
    except (ET.ParseError, ValueError) as error:
        raise NoListing(f"it is not well formed ({error})") from None


def page(body: bytes) -> ListingPage:
    """Return what a server answered as a page. Raises NoListing."""
    root = parsed(body)
    space = f"{root.tag.partition('}')[0]}}}" if root.tag.startswith("{") else ""
    if root.tag != f"{space}ListBucketResult":
        raise NoListing("it is no listing of a bucket")
    key = _encoded if (root.findtext(f"{space}EncodingType") or "") == "url" else str.encode
    tags = (f"{space}Key", f"{space}Size", f"{space}LastModified", f"{space}ETag")
    try:
        objects = [_object(one, tags, key) for one in root.iter(f"{space}Contents")]
    except (TypeError, ValueError, OverflowError, AttributeError) as error:
        raise NoListing(f"an object in it cannot be read ({error})") from None
    more = (root.findtext(f"{space}IsTruncated") or "").strip().lower()
    if more not in {"true", "false"}:
        # What is not said to be the end is not the end: everything behind it would count as deleted.
        raise NoListing("it does not say whether there is more")
    return ListingPage(
        objects=objects,
        more=more == "true",
        token=root.findtext(f"{space}NextContinuationToken") or "",
        old=root.find(f"{space}KeyCount") is None and root.find(f"{space}Marker") is not None,
    )


def code_of(body: bytes) -> str:
    """Return the code of an error, empty where it has none. Never more of it: what else it says may name a key."""
    try:
        root = parsed(body)
    except NoListing:
        return ""
    code = next((one.text or "" for one in root.iter() if one.tag.rpartition("}")[2] == "Code"), "").strip()
    return code if code.isascii() and code.isalnum() and len(code) <= _CODE_LIMIT else ""


def _object(one: Any, tags: tuple[str, str, str, str], key: Callable[[str], bytes]) -> Listed:
    name, size, changed, etag = (one.findtext(tag) for tag in tags)
    length, moment = int(size), datetime.fromisoformat(changed.strip())
    if not 0 <= length <= _LARGEST or moment.tzinfo is None:
        raise ValueError(f"{size} bytes, changed {changed}")
    tag = (etag or "").strip('" ')
    told = tag if len(tag) <= _ETAG_LIMIT and tag.isprintable() else ""
    return Listed(key(name), length, round(moment.timestamp() * 1_000_000) * 1_000, told)


def _encoded(text: str) -> bytes:
    # Some servers write a space as a plus, and all of them encode a plus.
    return unquote_to_bytes(text.replace("+", " "))
