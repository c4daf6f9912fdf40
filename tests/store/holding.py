"""Works that stop in the middle, and cuts of the wire: how tests arrange what happens at the same time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import apsw
import psycopg

from jobyard.job.events import Event, EventType
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.store.contract import Transaction
from jobyard.store.postgres import PostgresStore
from jobyard.store.sqlite import SqliteStore
from tests.store.making import NOW, PATIENCE, submission


def until(found: Callable[[], object]) -> None:
    """Wait until something has come about."""
    deadline = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


class Held:
    """A write that stops in the middle until it is let go on."""

    def __init__(
        self, store: PostgresStore, before: Callable[[Transaction], Any], after: Callable[[Transaction], Any]
    ) -> None:
        self._inside, self._gate = threading.Event(), threading.Event()

        def work(transaction: Transaction) -> Any:
            before(transaction)
            # A question sends off what may have waited, so that it really lies in the database.
            transaction.users()
            self._inside.set()
            assert self._gate.wait(PATIENCE)
            return after(transaction)

        self.future: Future[Any] = store.write(work)
        assert self._inside.wait(PATIENCE)

    def go_on(self) -> Any:
        self._gate.set()
        return self.future.result(PATIENCE)


def nothing(transaction: Transaction) -> None:
    return None


def event(name: str) -> Event:
    return Event(job=name, type=EventType.MARKED, at=NOW, actor="ada", state=State.QUEUED, revision=1)


def noting(name: str) -> Callable[[Transaction], None]:
    return lambda transaction: transaction.note(event(name))


def cut_off(raw: psycopg.Connection[Any]) -> int:
    """End every other connection to this database, as a restart of the server would."""
    query = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    return int(raw.execute(query).fetchall()[0][0])


def insert(name: str, transaction: Transaction) -> Job:
    return transaction.insert(submission(name=name))


def behind_a_gate(store: SqliteStore, works: list[Callable[[Transaction], Any]]) -> list[Any]:
    """Hand works in while the writer is busy, so that they share one commit; return their futures."""
    gate = threading.Event()
    store.write(lambda transaction: gate.wait(PATIENCE))
    futures = [store.write(work) for work in works]
    gate.set()
    return futures


def writing_connection(store: SqliteStore) -> apsw.Connection:
    database = store._writer._database
    assert database is not None
    return database.connection
