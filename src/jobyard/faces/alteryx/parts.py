"""A form with one file: the plain fields, and the file, which goes to its place as it comes in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic, TypeVar

from msgspec import Struct

from jobyard.bodies.parts import Bounds, parts
from jobyard.job.errors import Invalid

T = TypeVar("T")

_BOUNDS = Bounds(parts=200, text=4 * 1024 * 1024)


class Sent(Struct, Generic[T], kw_only=True):
    """What a body held."""

    fields: dict[str, str]
    file: T | None = None
    """What became of the file; None where there was none."""
    file_name: str = ""


async def sent(
    stream: AsyncIterator[bytes],
    content_type: str,
    take: Callable[[AsyncIterator[bytes]], Awaitable[T]],
    drop: Callable[[T], None],
) -> Sent[T]:
    """Read a body to its end; `take` gets the file, and `drop` what came of it where the rest cannot be read.

    Raises Invalid for a body that is no whole multipart/form-data, or that holds two files.
    """
    found = Sent[T](fields={})
    try:
        async for part in parts(stream, content_type, _BOUNDS):
            if part.filename is None:
                found.fields[part.field] = await part.text()
            elif found.file is not None:
                raise Invalid(reason="The body holds more than one file.")
            else:
                found.file, found.file_name = await take(part.pieces), part.filename
    except BaseException:
        if found.file is not None:
            drop(found.file)
        raise
    return found
