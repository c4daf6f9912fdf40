"""Bodies: JSON bytes into shapes, strictly. What cannot be stored or shown again is refused here, with its place."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

import msgspec
from msgspec import Struct

from jobyard.job import shapes
from jobyard.job.errors import Invalid

DEEPEST = 64
"""How many lists and objects may lie within each other."""

T = TypeVar("T", bound=Struct)


def told(body: bytes, shape: type[T]) -> T:
    """Return a JSON body as `shape`. Raises Invalid, naming the place where it does not fit."""
    try:
        value = msgspec.json.decode(body, type=shape)
        # Few brackets cannot lie deep, and a NUL can only have come as its escape.
        if b"\\u0000" in body or body.count(b"{") + body.count(b"[") > DEEPEST:
            _look(list(msgspec.structs.astuple(value)))
    except msgspec.ValidationError as error:
        misfit(error)
    except RecursionError:
        raise Invalid(reason=_TOO_DEEP) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Invalid(reason="The body is not JSON in UTF-8.") from None
    return value


def misfit(error: msgspec.ValidationError) -> NoReturn:
    """Raise Invalid for what msgspec found, with the place as `a.b[0]`."""
    message, path = shapes.misfit(error)
    if " field `" in message:
        # A field that is unknown or missing is named in the message; the place is the object around it.
        field = message.partition(" field `")[2].rstrip("`")
        path = f"{path}.{field}" if path else field
    reason = f"{message} ({path})." if path and path not in message else f"{message}."
    raise Invalid(reason=reason, fields=[{"path": path, "message": message}]) from None


def _look(fields: list[Any]) -> None:
    """Refuse what lies too deep and text with a NUL, which one of our databases cannot hold."""
    parts = fields
    for _ in range(DEEPEST):
        if any("\0" in part for part in parts if type(part) is str):
            raise Invalid(reason="Text must not contain the NUL character.")
        lists = [part for part in parts if type(part) is list]
        objects = [part for part in parts if type(part) is dict]
        if not lists and not objects:
            return
        parts = [part for one in lists for part in one]
        parts += [part for one in objects for pair in one.items() for part in pair]
    raise Invalid(reason=_TOO_DEEP)


_TOO_DEEP = f"Lists and objects may lie at most {DEEPEST} deep."
