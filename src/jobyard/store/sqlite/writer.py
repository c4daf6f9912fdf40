"""The one thread that writes: whatever waits goes into one commit, each work in a savepoint of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, TypeVar

import apsw

from jobyard.job.errors import Unavailable
from jobyard.job.line import Served
from jobyard.store.contract import Transaction
from jobyard.store.relational import deferred
from jobyard.store.relational.deferred import Deferred
from jobyard.store.relational.transaction import RelationalTransaction
from jobyard.store.sqlite.connection import SqliteDatabase, fault, is_storage

T = TypeVar("T")

WAITING_LIMIT = 10_000
"""Works that may wait; a further one is refused."""
BATCH_LIMIT = 256
"""Works that share one commit."""
CHECKPOINT_PAGES = 1_000
"""Pages in the write-ahead log at which a quiet moment is used to empty it."""
CHECKPOINT_AT_ONCE = 8_000
"""Pages at which it is emptied even under load."""


class _Request(NamedTuple):
    work: Callable[[Transaction], Any]
    future: Future[Any]


class _Errand(NamedTuple):
    act: Callable[[apsw.Connection], Any]
    future: Future[Any]


class _Outcome(NamedTuple):
    result: Any
    error: BaseException | None


class Writer:
    """Owns the only writing connection. `opened` opens it, again whenever the disk has let it down."""

    def __init__(self, opened: Callable[[], apsw.Connection], told: Callable[[], None]) -> None:
        self._opened = opened
        self._told = told
        self._queue: SimpleQueue[_Request | _Errand | None] = SimpleQueue()
        self._door = threading.Lock()
        self._closed = False
        self._database: SqliteDatabase | None = None
        self.people_version = 0
        """Grows with every commit that changes who may come in, before anybody is told of the commit."""
        self.commits = 0
        """How many commits there were."""
        self.measures: list[Callable[[int, float], None]] = []
        """Who is told of each commit how many works it held and how many seconds it took."""
        self._people = False
        self._served = Served()
        self._log_pages = 0
        self._checkpoint_at = CHECKPOINT_PAGES
        self._thread = threading.Thread(target=self._work, name="jobyard-writer", daemon=True)

    def start(self, connection: apsw.Connection) -> None:
        """Begin to work on a connection that is open already."""
        self._take(connection)
        self._thread.start()

    def write(self, work: Callable[[Transaction], T]) -> Future[T]:
        """Run `work` in the next commit; see Store.write."""
        future: Future[T] = Future()
        self._put(_Request(work, future))
        return future

    def between(self, act: Callable[[apsw.Connection], T]) -> Future[T]:
        """Run `act` on the connection between two commits, outside of any transaction."""
        future: Future[T] = Future()
        self._put(_Errand(act, future))
        return future

    def close(self) -> None:
        """Finish what was accepted and close the connection."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _put(self, asked: _Request | _Errand) -> None:
        with self._door:
            if self._closed:
                asked.future.set_exception(Unavailable(reason="the store is closed"))
            elif self._queue.qsize() >= WAITING_LIMIT:
                asked.future.set_exception(Unavailable(reason="too many writes are waiting"))
            else:
                self._queue.put(asked)

    def _work(self) -> None:
        while True:
            batch, errand, last = self._batch()
            if batch:
                began = time.perf_counter()
                self._commit(batch)
                self._measure(len(batch), time.perf_counter() - began)
                self._checkpoint_if_due()
            if errand is not None:
                self._run(errand)
            if last:
                break
        self._let_go()

    def _batch(self) -> tuple[list[_Request], _Errand | None, bool]:
        """Wait for a request and take with it whatever else waits, up to an errand.

        Tell whether the door was closed behind them.
        """
        batch: list[_Request] = []
        asked = self._queue.get()
        while isinstance(asked, _Request):
            if asked.future.set_running_or_notify_cancel():
                batch.append(asked)
            if len(batch) >= BATCH_LIMIT:
                return batch, None, False
            try:
                asked = self._queue.get_nowait()
            except Empty:
                return batch, None, False
        return batch, asked, asked is None

    def _run(self, errand: _Errand) -> None:
        if not errand.future.set_running_or_notify_cancel():
            return
        try:
            database = self._database or self._take(self._opened())
            result = errand.act(database.connection)
        except BaseException as error:  # noqa: BLE001 - the thread outlives whatever befalls one errand
            self._roll_back()
            errand.future.set_exception(fault(error))
        else:
            errand.future.set_result(result)

    def _measure(self, works: int, seconds: float) -> None:
        self.commits += 1
        for told in self.measures:
            with suppress(Exception):  # whoever counts must not stop the writer
                told(works, seconds)

    def _commit(self, batch: Sequence[_Request]) -> None:
        try:
            outcomes, told = self._together(batch)
        except BaseException as error:  # noqa: BLE001 - the thread outlives whatever befalls one commit
            self._roll_back()
            self._one_by_one(batch, error)
            return
        try:
            self._finish()
        except apsw.Error as error:
            self._roll_back()
            self._give_up(batch, error)
            return
        self.people_version += self._people
        for request, outcome in zip(batch, outcomes, strict=True):
            if outcome.error is None:
                request.future.set_result(outcome.result)
            else:
                request.future.set_exception(outcome.error)
        if told:
            self._told()

    def _one_by_one(self, batch: Sequence[_Request], error: BaseException) -> None:
        """Give each work a commit of its own, since one of them may be what the disk could not take."""
        if len(batch) == 1:
            batch[0].future.set_exception(fault(error))
            return
        for request in batch:
            self._commit([request])

    def _give_up(self, batch: Sequence[_Request], error: apsw.Error) -> None:
        """Tell everybody that the commit failed."""
        if isinstance(error, apsw.FullError) and len(batch) > 1:
            # The end of the commit did not fit, so certainly nothing was written; the smaller works may still.
            self._one_by_one(batch, error)
            return
        # After any other trouble part of it may stand in the log and come to life after a crash: never run it twice.
        for request in batch:
            request.future.set_exception(fault(error))

    def _together(self, batch: Sequence[_Request]) -> tuple[list[_Outcome], bool]:
        """Run the works, up to the commit. Raises when the transaction as a whole has failed."""
        database = self._database or self._take(self._opened())
        database.connection.execute("BEGIN IMMEDIATE")
        waiting: list[Deferred] = []
        outcomes, told = [], False
        self._people = False
        for request in batch:
            transaction = RelationalTransaction(database, self._served, waiting)
            outcome = self._alone(database, request, transaction)
            outcomes.append(outcome)
            if outcome.error is None:
                if transaction.flushed:
                    waiting.clear()
                waiting.append(transaction.deferred)
                # Even should the commit fail: that a level looks served then costs it one job at most.
                transaction.offers.settle()
                told = told or transaction.told
                self._people = self._people or transaction.people
        deferred.write(database, waiting)
        return outcomes, told

    def _finish(self) -> None:
        if self._database is not None:
            self._database.connection.execute("COMMIT")

    def _alone(self, database: SqliteDatabase, request: _Request, transaction: RelationalTransaction) -> _Outcome:
        """Run one work so that its failure touches nothing else. Raises when the whole commit is lost."""
        connection = database.connection
        connection.execute("SAVEPOINT one")
        try:
            result = request.work(transaction)
        except BaseException as error:
            if is_storage(error) or not connection.in_transaction:
                raise
            connection.execute("ROLLBACK TO one")
            connection.execute("RELEASE one")
            return _Outcome(None, fault(error))
        connection.execute("RELEASE one")
        return _Outcome(result, None)

    def _roll_back(self) -> None:
        """Take the transaction back; where even that fails, begin anew with a fresh connection.

        The connection is kept otherwise: it knows where the log really ends and will write over what failed, while a
        fresh one would read the log again and might find a commit there that nobody was promised.
        """
        try:
            if self._database is not None and self._database.connection.in_transaction:
                self._database.connection.execute("ROLLBACK")
        except apsw.Error:
            self._let_go()

    def _take(self, connection: apsw.Connection) -> SqliteDatabase:
        connection.set_wal_hook(self._note_log)
        self._database = SqliteDatabase(connection)
        return self._database

    def _let_go(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            with suppress(apsw.Error):
                database.connection.close()

    def _note_log(self, connection: apsw.Connection, name: str, pages: int) -> int:
        if pages < self._log_pages:
            self._checkpoint_at = CHECKPOINT_PAGES
        self._log_pages = pages
        return apsw.SQLITE_OK

    def _checkpoint_if_due(self) -> None:
        if self._database is None or self._log_pages < self._checkpoint_at:
            return
        if self._queue.qsize() and self._log_pages < max(self._checkpoint_at, CHECKPOINT_AT_ONCE):
            return
        # Readers may hold the log back; then try again after so many further pages.
        self._checkpoint_at = self._log_pages + CHECKPOINT_PAGES
        with suppress(apsw.Error):
            self._database.connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
