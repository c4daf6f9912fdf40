"""How projects and tasks get names: here they may be long and need not be unique, in the house they are both."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from jobyard.faces.cvat.words.tasks import house_name
from jobyard.job.errors import NameTaken

T = TypeVar("T")

_TRIES = 1_000


async def named(name: str, make: Callable[[str], Awaitable[T]], what: str) -> T:
    """Return what `make` makes under the first name like this one that is free. Raises NameTaken for another thing."""
    turn, step = 0, 1
    while True:
        try:
            return await make(house_name(name, turn))
        except NameTaken as taken:
            if taken.data.get("what") != what or turn > _TRIES:
                raise
            # Many things of one name are made one after the other, so the steps grow.
            turn, step = turn + step, min(step * 2, 16)
