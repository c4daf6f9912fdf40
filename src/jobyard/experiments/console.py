"""The console of a task in parts: from a place on, forwards or back, so that no piece is read twice or left out."""

from __future__ import annotations

from typing import Any, NamedTuple

from jobyard.experiments import rows
from jobyard.experiments.ground import Ground, seen
from jobyard.experiments.record import Said
from jobyard.people.record import Actor
from jobyard.store.contract import View

_BEFORE_ALL, _BEHIND_ALL = -1, 2**62


class Place(NamedTuple):
    """Where a piece stands: its time, and what tells it from others of the same time."""

    at: int
    digest: int


class Part(NamedTuple):
    """Pieces in their order, each with its place, and how many the task has in all."""

    pieces: list[tuple[Place, Said]]
    total: int


class Console:
    """Reads."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def part(self, actor: Actor, id_: str, limit: int, place: Place | None = None, *, back: bool = False) -> Part:
        """Return the next pieces behind a place, or `back` the last ones before it, oldest first. Raises JobNotFound.

        Without a place they are the first ones, or the newest.
        """
        name, start = ("said_ahead", _BEHIND_ALL) if back else ("said_behind", _BEFORE_ALL)
        at, digest = place or Place(start, 0)

        def work(view: View) -> Part:
            seen(view, actor, id_)
            values = {"home": id_, "at": at, "digest": digest, "limit": limit}
            found = [_piece(*row) for row in view.rows(rows.QUERIES[name], values)]
            total = view.rows(rows.QUERIES["count_said"], {"home": id_})[0][0]
            return Part(found[::-1] if back else found, int(total))

        return await self._ground.search(work)


def _piece(at: int, digest: int, level: str, worker: str, line: bytes, *of: Any) -> tuple[Place, Said]:
    return Place(at, digest), Said(at, level, worker, bytes(line).decode("utf-8", "surrogatepass"), *of)
