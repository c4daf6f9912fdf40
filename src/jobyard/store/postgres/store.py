"""PostgresStore: the store that several servers on several machines share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import psycopg
from psycopg import errors

from jobyard.job.errors import KeyReused, Unavailable
from jobyard.job.line import Served
from jobyard.store import migrate
from jobyard.store.contract import Reused, Sizes, Transaction, View
from jobyard.store.postgres import room
from jobyard.store.postgres.bell import Bell
from jobyard.store.postgres.connection import Connection, PostgresDatabase, fault
from jobyard.store.postgres.copying import copy
from jobyard.store.postgres.horizon import BEGIN_WRITE, Horizon
from jobyard.store.postgres.links import Links
from jobyard.store.postgres.turns import Place, Turns
from jobyard.store.postgres.watch import Watch
from jobyard.store.relational import soundness
from jobyard.store.relational.transaction import RelationalTransaction
from jobyard.store.relational.view import RelationalView

T = TypeVar("T")

WAITING_LIMIT = 10_000
"""Works that may wait; a further one is refused."""
_BEGIN_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_ASKED_AGAIN = (
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.UniqueViolation,
    errors.FeatureNotSupported,
)
"""What the database says when a work is to be run again; the last one, when a newer version changed the tables."""
_TURNS = 10
"""Times a work is run when the database asks for it again."""
_LOST_TURNS = 3
"""Times a work is run when its connection turns out to be dead."""
_FOLD_AT = 1_000
"""Counted changes after which this process adds them up."""


class _Again(BaseException):
    """Run the work again: what it was told at its beginning is no longer true."""


class PostgresTransaction(RelationalTransaction):
    """A Transaction that asks to be run again when another one was faster with the same key."""

    def __init__(self, database: PostgresDatabase, served: Served, until: int, turns: Turns, *, again: bool) -> None:
        super().__init__(database, served)
        self._until = until
        self._again = again
        self._turns = turns
        self._taken: list[tuple[Place, int]] = []

    def turn(self, queue: str, priority: int, owner: str) -> int:
        place = (queue, priority, owner)
        # What others have given is looked at first: whoever has let go meanwhile can be seen in the database.
        with self._turns.looking(place) as free:
            taken = self._turns.take(place, max(free, super().turn(queue, priority, owner)))
        self._taken.append((place, taken))
        return taken

    def end(self) -> None:
        """Let go of what was taken beside the database."""
        for place, turn in self._taken:
            self._turns.let_go(place, turn)
        self._taken = []

    def remember(self, owner: str, key: str, reused: Reused, now: int) -> None:
        try:
            super().remember(owner, key, reused, now)
        except KeyReused:
            if self._again:
                raise _Again from None
            raise


class PostgresStore:
    """A Store on PostgreSQL. Made by `open`; any number of them, here and elsewhere, may share a database."""

    def __init__(self, address: str, threads: int) -> None:
        self._links = Links(address)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="jobyard-store")
        self._places = threading.BoundedSemaphore(WAITING_LIMIT)
        self._horizon = Horizon()
        self._turns = Turns()
        self._served = Served()
        self._counted = 0
        self._measures: list[Callable[[int, float], None]] = []
        self._watch = Watch(self._links)
        self._bell = Bell(self._links, self._horizon, self._fold_if_due)

    @classmethod
    def open(cls, address: str, *, packages: Sequence[str] = (), threads: int = 8) -> PostgresStore:
        """Open the database at `address` (`postgresql://...`), brought up to date where needed.

        `packages` are the rooms that bring a schema of their own; `threads` is how many works may run side by side.
        Raises WrongDatabase or Unavailable.
        """
        store = cls(address, threads)
        try:
            store._start(packages)
        except BaseException:
            store.close()
            raise
        return store

    @property
    def dialect(self) -> str:
        return "postgres"

    def write(self, work: Callable[[Transaction], T]) -> Future[T]:
        return self._submit(lambda: self._write(work))

    def read(self, work: Callable[[View], T]) -> Future[T]:
        return self._submit(lambda: self._patiently(lambda connection, turn: self._read(connection, work)))

    def listen(self, wake: Callable[[], None]) -> None:
        self._bell.listen(wake)

    def people_version(self) -> int | None:
        return None

    def hold_watch(self) -> bool:
        return self._watch.hold()

    def backup(self, target: str, progress: Callable[[int, int], None]) -> None:
        self._patiently(lambda connection, turn: copy(connection, Path(target), progress))

    def sizes(self) -> Sizes:
        return self._patiently(lambda connection, turn: room.sizes(connection))

    def tidy(self) -> int:
        return 0

    def compact(self) -> None:
        self._patiently(lambda connection, turn: room.compact(connection))

    def measure(self, told: Callable[[int, float], None]) -> None:
        self._measures.append(told)

    def check(self) -> list[str]:
        return self._patiently(lambda connection, turn: self._check(connection))

    def close(self) -> None:
        self._threads.shutdown()
        self._bell.close()
        self._watch.close()
        self._links.close()

    def _start(self, packages: Sequence[str]) -> None:
        try:
            with self._links.lent() as connection:
                migrate.migrate(PostgresDatabase(connection), packages)
                PostgresDatabase(connection).run("fold_counters", {"limit": _FOLD_AT})
        except psycopg.Error as error:
            raise fault(error) from error

    def _submit(self, task: Callable[[], T]) -> Future[T]:
        refused: Future[T] = Future()
        if not self._places.acquire(blocking=False):
            refused.set_exception(Unavailable(reason="too many requests are waiting for the database"))
            return refused
        try:
            future = self._threads.submit(task)
        except RuntimeError:
            self._places.release()
            refused.set_exception(Unavailable(reason="the store is closed"))
            return refused
        future.add_done_callback(lambda _: self._places.release())
        return future

    def _patiently(self, act: Callable[[Connection, int], T]) -> T:
        """Run `act` on a connection; again when the database asks for it, or when the connection had died unseen."""
        turn = lost = 0
        while True:
            try:
                with self._links.lent() as connection:
                    return act(connection, turn)
            except (*_ASKED_AGAIN, _Again) as error:
                turn += 1
                if turn >= _TURNS:
                    raise _worn_out(error) from error
                time.sleep(0.001 * turn)
            except psycopg.OperationalError as error:
                lost += 1
                if not connection.closed or lost >= _LOST_TURNS:
                    raise fault(error) from error
                # The server went away or came anew: what lies idle is as dead as this one.
                self._links.forget()
            except psycopg.Error as error:
                raise fault(error) from error

    def _write(self, work: Callable[[Transaction], T]) -> T:
        began = time.perf_counter()
        result, told = self._patiently(lambda connection, turn: self._transact(connection, work, turn))
        for measured in self._measures:
            measured(1, time.perf_counter() - began)
        if told:
            self._bell.ring()
        elif self._counted >= _FOLD_AT:
            self._bell.nudge()
        return result

    def _transact(self, connection: Connection, work: Callable[[Transaction], T], turn: int) -> tuple[T, bool]:
        connection.execute(BEGIN_WRITE, prepare=False)
        database = PostgresDatabase(connection)
        transaction = PostgresTransaction(database, self._served, self._horizon.settled, self._turns, again=turn < 2)
        try:
            result = work(transaction)
            counted = transaction.flush()
            _commit(database)
        except BaseException:
            with suppress(psycopg.Error):
                connection.rollback()
            raise
        finally:
            transaction.end()
        transaction.offers.settle()
        self._counted += counted
        return result, transaction.told

    def _read(self, connection: Connection, work: Callable[[View], T]) -> T:
        if self._horizon.stale:
            self._horizon.refresh(connection)
        until = self._horizon.settled
        with _reading(connection):
            return work(RelationalView(PostgresDatabase(connection), until))

    def _check(self, connection: Connection) -> list[str]:
        with _reading(connection):
            return soundness.findings(PostgresDatabase(connection))

    def _fold_if_due(self) -> None:
        if self._counted >= _FOLD_AT:
            self._counted = 0
            with self._links.lent() as connection:
                PostgresDatabase(connection).run("fold_counters", {"limit": 10 * _FOLD_AT})


@contextmanager
def _reading(connection: Connection) -> Iterator[None]:
    """Read in one snapshot. What went well is committed: after a ROLLBACK psycopg prepares every statement anew."""
    connection.execute(_BEGIN_READ)
    try:
        yield
    except BaseException:
        with suppress(psycopg.Error):
            connection.rollback()
        raise
    with suppress(psycopg.Error):
        connection.commit()


def _commit(database: PostgresDatabase) -> None:
    try:
        database.commit()
    except psycopg.OperationalError as error:
        if not database.connection.closed:
            raise
        # Whether it was written cannot be known, so it must not be run again here.
        raise Unavailable(reason="the connection to the database broke while it was being written") from error


def _worn_out(error: BaseException) -> BaseException:
    if isinstance(error, errors.UniqueViolation):
        return fault(error)
    if isinstance(error, errors.FeatureNotSupported):
        return Unavailable(reason="another version of Jobyard changes the database")
    return Unavailable(reason="too many others change the same at this moment")
