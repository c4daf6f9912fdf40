"""How bodies and query parameters are taken in: the fields that are known in their types, unknown ones passed by.

These clients send more than they mean, and other versions of them send more than we know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from jobyard.faces.cvat.surroundings import Ask
from jobyard.job.errors import Invalid

T = TypeVar("T")

_FORM = "application/x-www-form-urlencoded"
_TRUE, _FALSE = frozenset({"true", "1", "yes", "on", "t", "y"}), frozenset({"false", "0", "no", "off", "f", "n", ""})


def told(body: bytes, shape: type[T]) -> T:
    """Return a JSON body in a shape. Raises Invalid naming the field."""
    try:
        return msgspec.json.decode(body or b"{}", type=shape)
    except msgspec.ValidationError as error:
        raise misfit(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(reason=f"JSON parse error - {error}") from None


async def body(request: Ask, shape: type[T]) -> T:
    """Return a request's body in a shape: JSON, or the fields of a form. Raises Invalid naming the field."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    raw = await request.body()
    if media_type != _FORM:
        return told(raw, shape)
    try:
        fields = dict(parse_qsl(raw.decode("utf-8"), keep_blank_values=True, max_num_fields=1_000))
        return msgspec.convert(fields, shape, strict=False)
    except msgspec.ValidationError as error:
        raise misfit(error) from None
    except (ValueError, UnicodeDecodeError):
        raise Invalid(reason="The form cannot be read.") from None


def misfit(error: msgspec.ValidationError) -> Invalid:
    """Return what is wrong with a body, said of the field that is at fault."""
    message, _, path = str(error).partition(" - at `")
    field = path.rstrip("`").removeprefix("$").removeprefix(".")
    if "missing required field" in message:
        field, message = message.split("`")[1], "This field is required."
    return Invalid(reason=message, fields=[{"path": field, "message": message}] if field else [])


def flag(asked: Mapping[str, Any], name: str, *, default: bool = False) -> bool:
    """Return a yes or no among query parameters; Python's own spelling counts too. Raises Invalid."""
    text = str(asked.get(name, default)).lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise Invalid(reason="", fields=[{"path": name, "message": "Must be a valid boolean."}])


def require_local(**storages: Any) -> None:
    """Raise Invalid naming the field that wants files in a cloud: only the local storage is known."""
    for name, storage in storages.items():
        if storage is None or (isinstance(storage, dict) and storage.get("location", "local") == "local"):
            continue
        raise Invalid(reason="", fields=[{"path": name, "message": "Only the local storage is known here."}])


def needed(asked: Mapping[str, str], name: str) -> str:
    """Return a query parameter that has to be there. Raises Invalid."""
    text = asked.get(name, "")
    if not text:
        raise Invalid(reason="", fields=[{"path": name, "message": "This parameter is required."}])
    return text


def whole(asked: Mapping[str, str], name: str, default: int | None = None) -> int | None:
    """Return a whole number among query parameters. Raises Invalid."""
    text = asked.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):
        raise Invalid(reason="", fields=[{"path": name, "message": "Enter a number."}])
    return int(text)


def wrong(field: str, message: str) -> Invalid:
    """Return the refusal of one field."""
    return Invalid(reason=message, fields=[{"path": field, "message": message}])
