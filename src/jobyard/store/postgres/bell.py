"""Wakes listeners when events were written here or by another process, and does small work that can wait a moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import psycopg

from jobyard.job.errors import Unavailable
from jobyard.store.postgres.connection import Connection
from jobyard.store.postgres.horizon import Horizon
from jobyard.store.postgres.links import Links

_CHANNEL = "jobyard_events"
_PAUSE = 0.05
"""Seconds between two notifications of one process: 20 a second at most."""
_SAFETY = 1.0
"""Seconds after which a listener looks by itself, in case a notification was lost."""


class Bell:
    """Two threads: one tells the other processes, one hears them. Neither carries any content."""

    def __init__(self, links: Links, horizon: Horizon, chore: Callable[[], None]) -> None:
        self._links = links
        self._horizon = horizon
        self._chore = chore
        self._wakes: list[Callable[[], None]] = []
        self._rung = threading.Event()
        self._events = False
        self._stop = threading.Event()
        self._teller = threading.Thread(target=self._tell, name="jobyard-teller", daemon=True)
        self._hearer: threading.Thread | None = None
        self._teller.start()

    def ring(self) -> None:
        """Say that this process has written events."""
        self._horizon.touch()
        self._events = True
        self._wake()
        self._rung.set()

    def nudge(self) -> None:
        """Say that there is something to do that can wait."""
        self._rung.set()

    def listen(self, wake: Callable[[], None]) -> None:
        """Call `wake` from now on."""
        self._wakes.append(wake)
        if self._hearer is None:
            self._hearer = threading.Thread(target=self._hear, name="jobyard-hearer", daemon=True)
            self._hearer.start()

    def close(self) -> None:
        """Stop both threads."""
        self._stop.set()
        self._events = self._hearer is not None
        self._rung.set()
        self._teller.join()
        if self._hearer is not None:
            self._hearer.join()

    def _wake(self) -> None:
        for wake in self._wakes:
            # A listener that fails, such as one whose loop has ended, must not keep the others from hearing.
            with suppress(Exception):
                wake()

    def _tell(self) -> None:
        while not self._stop.is_set():
            self._rung.wait(_PAUSE if self._horizon.behind else None)
            self._rung.clear()
            self._tell_once()
            self._stop.wait(_PAUSE)

    def _tell_once(self) -> None:
        if self._horizon.behind:
            # What was held back by a writer under way may be settled by now, and that writer may have had no events.
            self._wake()
        with suppress(psycopg.Error, Unavailable):
            if self._events:
                self._events = False
                with self._links.lent() as connection:
                    connection.execute(f"NOTIFY {_CHANNEL}")
            self._chore()

    def _hear(self) -> None:
        while not self._stop.is_set():
            with suppress(psycopg.Error, Unavailable), self._links.lent() as connection:
                self._hear_on(connection)
            self._stop.wait(_SAFETY)

    def _hear_on(self, connection: Connection) -> None:
        connection.execute(f"LISTEN {_CHANNEL}")
        seen, told = -1, False
        while not self._stop.is_set():
            given = connection.execute("SELECT last_value FROM event_numbers").fetchall()[0][0]
            if told or given != seen:
                seen = given
                self._horizon.touch()
                self._wake()
            told = any(connection.notifies(timeout=_SAFETY, stop_after=1))
        connection.execute(f"UNLISTEN {_CHANNEL}")
