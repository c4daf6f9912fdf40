"""The turns that transactions under way have given.

They cannot see each other's jobs yet, and without this an owner who submits many at once would be given one turn many
times over. Other servers on the same database are not asked: each of them may give a turn once more.
"""

from __future__ import annotations

import threading
from collections import Counter

Place = tuple[str, int, str]
"""Queue, priority, owner."""


class Turns:
    """What this process gives out, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given: dict[Place, Counter[int]] = {}

    def last(self, place: Place) -> int | None:
        """Return the highest turn that is given and not yet in the database."""
        with self._lock:
            return max(self._given.get(place, {}), default=None)

    def take(self, place: Place, turn: int) -> int:
        """Give `turn`, or the next one where others were faster; it stays given until it is let go."""
        with self._lock:
            given = self._given.setdefault(place, Counter())
            turn = max(turn, max(given, default=-1) + 1)
            given[turn] += 1
            return turn

    def let_go(self, place: Place, turn: int) -> None:
        """Forget a turn whose transaction has ended; the database knows it now, or it was taken back."""
        with self._lock:
            given = self._given[place]
            given[turn] -= 1
            if not given[turn]:
                del given[turn]
            if not given:
                del self._given[place]
