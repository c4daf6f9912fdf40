"""Bodies and query parameters into shapes. Names that a shape does not know are passed over, as the protocol does."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from jobyard.job.errors import Invalid

DEEPEST = 64
"""How many lists and objects may lie within each other."""
_MOST_PARAMETERS = 200
_TOO_DEEP = f"Lists and objects may lie at most {DEEPEST} deep."
_NUL = "Text must not contain the NUL character."

T = TypeVar("T", bound=Struct)


def told(body: bytes, shape: type[T]) -> T:
    """Return a JSON body as `shape`. Raises Invalid, naming the place where it does not fit."""
    try:
        _look(msgspec.json.decode(body))
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        _misfit(error)
    except RecursionError:
        raise Invalid(reason=_TOO_DEEP) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Invalid(reason="The body is not JSON in UTF-8.") from None


def asked(query: bytes, shape: type[T]) -> T:
    """Return query parameters as `shape`; of one that is given twice, the last counts. Raises Invalid."""
    try:
        text = query.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise Invalid(reason="The query is no UTF-8 or has too many parameters.") from None
    found = dict(pairs)
    if any("\0" in value for value in found.values()):
        raise Invalid(reason=_NUL)
    try:
        return msgspec.convert(found, shape, strict=False)
    except msgspec.ValidationError as error:
        _misfit(error)


def _misfit(error: msgspec.ValidationError) -> NoReturn:
    """Raise Invalid for what msgspec found, with the place as `a.b[0]`."""
    message, _, place = str(error).partition(" - at `")
    path = place.rstrip("`").removeprefix("$").removeprefix(".")
    raise Invalid(reason=f"{message} ({path})." if path else f"{message}.") from None


def _look(value: Any) -> None:
    """Refuse what lies too deep and text with a NUL, which one of our databases cannot hold."""
    parts = [value]
    for _ in range(DEEPEST + 1):
        if any("\0" in part for part in parts if type(part) is str):
            raise Invalid(reason=_NUL)
        inside = [one for part in parts if type(part) is list for one in part]
        inside += [one for part in parts if type(part) is dict for pair in part.items() for one in pair]
        if not inside:
            return
        parts = inside
    raise Invalid(reason=_TOO_DEEP)
