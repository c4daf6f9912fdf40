"""The dicts behind the memory store, and the journal that takes changes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct, field

from jobyard.job.events import Event
from jobyard.job.record import Attempt, Job, LogLine, ResultFile
from jobyard.people.record import Key, Membership, Project, User
from jobyard.store.contract import Card, QueueRow, Reused, WorkerRow

K = TypeVar("K")
V = TypeVar("V")


class Tables(Struct, kw_only=True):
    """Everything the house knows."""

    jobs: dict[str, Job] = field(default_factory=dict)
    attempts: dict[str, dict[int, Attempt]] = field(default_factory=dict)
    """By job, then by number."""
    logs: dict[str, dict[tuple[int, int], LogLine]] = field(default_factory=dict)
    """By job, then by attempt and line."""
    files: dict[str, dict[tuple[int, str], ResultFile]] = field(default_factory=dict)
    """By job, then by attempt and name."""
    events: dict[int, Event] = field(default_factory=dict)
    """By number, ascending."""
    histories: dict[str, dict[int, Event]] = field(default_factory=dict)
    """The same events by job."""
    reused: dict[tuple[str, str], Reused] = field(default_factory=dict)
    used_queues: dict[str, bool] = field(default_factory=dict)
    """Names of queues that a job was ever put into."""
    queues: dict[str, QueueRow] = field(default_factory=dict)
    workers: dict[str, WorkerRow] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    """By id."""
    keys: dict[str, Key] = field(default_factory=dict)
    """By id."""
    projects: dict[str, Project] = field(default_factory=dict)
    """By id."""
    memberships: dict[tuple[str, str], Membership] = field(default_factory=dict)
    cards: dict[tuple[str, str], Card] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=lambda: {"job": 0, "event": 0})
    """The numbers given last."""


class Journal:
    """Writes to dicts, and remembers how to take it back."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], Any]] = []
        self.told = False
        """Whether an event was written."""

    def put(self, table: dict[K, V], key: K, value: V) -> None:
        """Set a value."""
        if key in table:
            old = table[key]
            self._undo.append(lambda: table.__setitem__(key, old))
        else:
            self._undo.append(lambda: table.pop(key))
        table[key] = value

    def drop(self, table: dict[K, V], key: K) -> V | None:
        """Remove a value and return it; None when there was none."""
        if key not in table:
            return None
        old = table.pop(key)
        self._undo.append(lambda: table.__setitem__(key, old))
        return old

    def below(self, table: dict[K, dict[Any, V]], key: K) -> dict[Any, V]:
        """Return the inner table of `key`, made when it is missing."""
        if key not in table:
            self.put(table, key, {})
        return table[key]

    def count(self, numbers: dict[str, int], name: str) -> int:
        """Return the next number."""
        self.put(numbers, name, numbers[name] + 1)
        return numbers[name]

    def take_back(self) -> None:
        """Undo everything, newest first."""
        while self._undo:
            self._undo.pop()()
