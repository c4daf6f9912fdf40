"""The turns that transactions under way have given.

They cannot see each other's jobs yet, and without this an owner who submits many at once would be given one turn many
times over. Other servers on the same database are not asked: each of them may give a turn once more.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

Place = tuple[str, int, str]
"""Queue, priority, owner."""


class _Given:
    """What is known of one place."""

    def __init__(self) -> None:
        self.turns = Counter[int]()
        """Given by transactions that have not ended."""
        self.looking = 0
        """How many look at the database now for a turn here."""
        self.gone = -1
        """The highest turn that was let go while somebody looked, who may have looked before that."""

    @property
    def last(self) -> int:
        return max(self.turns, default=-1)


class Turns:
    """What this process gives out, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places: dict[Place, _Given] = {}

    @contextmanager
    def looking(self, place: Place) -> Iterator[int]:
        """Look at the database for a turn and take it inside this; what is given is the lowest that may be free."""
        with self._lock:
            given = self._places.setdefault(place, _Given())
            given.looking += 1
            free = given.last + 1
        try:
            yield free
        finally:
            with self._lock:
                given.looking -= 1
                self._forget(place, given)

    def take(self, place: Place, turn: int) -> int:
        """Give `turn`, or a later one where others were faster; it stays given until it is let go."""
        with self._lock:
            given = self._places[place]
            turn = max(turn, given.last + 1, given.gone + 1)
            given.turns[turn] += 1
            return turn

    def let_go(self, place: Place, turn: int) -> None:
        """Forget a turn whose transaction has ended; the database knows it now, or it was taken back."""
        with self._lock:
            given = self._places[place]
            given.turns[turn] -= 1
            if not given.turns[turn]:
                del given.turns[turn]
            if given.looking:
                given.gone = max(given.gone, turn)
            self._forget(place, given)

    def _forget(self, place: Place, given: _Given) -> None:
        if not given.looking:
            given.gone = -1
            if not given.turns:
                del self._places[place]
