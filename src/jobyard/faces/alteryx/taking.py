"""How bodies and query parameters are taken in: JSON or a form, names in any letters, unknown ones passed by.

A GET or a DELETE has no body, whatever its headers say.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from litestar.exceptions import HTTPException

from jobyard.faces.alteryx.surroundings import Ask
from jobyard.job.errors import Invalid, TooLarge

T = TypeVar("T")
S = TypeVar("S", bound=StrEnum)

ASKED, TAKES = "asked", "takes"
"""The route options that say which query parameters count, and which shape a body has."""
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_JSON = frozenset({"", "application/json", "text/json"})
_FIELDS = 1_000
_TRUE, _FALSE = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off"})
_DIGITS = 9


def media_type(request: Ask) -> str:
    """Return what a body says it is."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def body(request: Ask, shape: type[T]) -> T:
    """Return a request's body in a shape. Raises Invalid naming the field, TooLarge, or 415 for another media type."""
    kind = media_type(request)
    raw = await _whole(request.stream(), request.house.settings.body_limit)
    if kind == FORM:
        return fitted(_fields(raw), shape, strict=False)
    if kind not in _JSON:
        raise HTTPException(status_code=415, detail="Bodies are taken as application/json or as a form.")
    try:
        found = msgspec.json.decode(raw or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(reason=f"The body is no JSON: {error}.") from None
    return fitted(found, shape)


def fitted(found: Any, shape: type[T], *, strict: bool = True) -> T:
    """Return values in a shape whose fields may be written in any letters. Raises Invalid naming the field."""
    try:
        return msgspec.convert(_lettered(found, shape), shape, strict=strict)
    except msgspec.ValidationError as error:
        raise misfit(error) from None


def misfit(error: msgspec.ValidationError) -> Invalid:
    """Return what is wrong with a body, said of the field that is at fault."""
    message, _, path = str(error).partition(" - at `")
    field = path.rstrip("`").removeprefix("$").removeprefix(".")
    if "missing required field" in message:
        field, message = ".".join(part for part in (field, message.split("`")[1]) if part), "This field is required."
    return wrong(field, message) if field else Invalid(reason=f"The request is invalid. {message}.")


def wrong(field: str, message: str) -> Invalid:
    """Return the refusal of one field."""
    return Invalid(reason="The request is invalid.", fields=[{"path": field, "message": message}])


def flag(asked: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    """Return a yes or no among query parameters; said without a value it stays as it is. Raises Invalid."""
    text = asked.get(name.lower(), "").strip().lower()
    if not text:
        return default
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise wrong(name, f"The value {text[:50]!r} is neither true nor false.")


def whole(asked: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """Return a whole number among query parameters. Raises Invalid."""
    text = asked.get(name.lower(), "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS and least <= int(text) <= most):
        raise wrong(name, f"The value {text[:50]!r} is no whole number from {least} to {most}.")
    return int(text)


def chosen(asked: Mapping[str, str], name: str, words: type[S]) -> S | None:
    """Return one of some words among query parameters, written in any letters; None where none is said."""
    text = asked.get(name.lower(), "").strip()
    return picked(name, text, words) if text else None


def picked(name: str, text: str, words: type[S]) -> S:
    """Return the word that a text is, in any letters. Raises Invalid naming the field."""
    for word in words:
        if word.value.lower() == text.strip().lower():
            return word
    raise wrong(name, f"The value {text[:50]!r} is none of {', '.join(word.value for word in words)}.")


async def _whole(stream: AsyncIterator[bytes], limit: int) -> bytes:
    found = bytearray()
    async for piece in stream:
        found += piece
        if len(found) > limit:
            raise TooLarge(what="The body", limit=f"{limit} bytes")
    return bytes(found)


def _fields(raw: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(raw.decode("utf-8"), keep_blank_values=True, max_num_fields=_FIELDS, errors="strict"))
    except (ValueError, UnicodeDecodeError):
        raise Invalid(reason="The form cannot be read.") from None


def _lettered(found: Any, shape: Any) -> Any:
    """Return an object whose fields are written as the shape writes them."""
    if not isinstance(found, dict) or not (isinstance(shape, type) and issubclass(shape, msgspec.Struct)):
        return found
    known = {name.lower(): name for name in shape.__struct_encode_fields__}
    return {known.get(name.lower(), name) if isinstance(name, str) else name: value for name, value in found.items()}
