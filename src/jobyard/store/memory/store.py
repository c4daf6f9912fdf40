"""The memory store: one lock, one transaction at a time, futures that are done when they are handed out."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from jobyard.job.errors import Unavailable
from jobyard.job.line import Served
from jobyard.store.contract import Sizes, Transaction, View
from jobyard.store.memory.tables import Journal, Tables
from jobyard.store.memory.transaction import MemoryTransaction
from jobyard.store.memory.view import MemoryView

T = TypeVar("T")


class MemoryStore:
    """A Store whose jobs end with the process."""

    def __init__(self) -> None:
        self._tables = Tables()
        self._lock = threading.RLock()
        self._wakes: list[Callable[[], None]] = []
        self._measures: list[Callable[[int, float], None]] = []
        self._closed = False
        self._served = Served()

    @property
    def dialect(self) -> str:
        return "memory"

    def write(self, work: Callable[[Transaction], T]) -> Future[T]:
        future: Future[T] = Future()
        journal = Journal()
        began = time.perf_counter()
        with self._lock:
            try:
                self._require_open()
                transaction = MemoryTransaction(self._tables, journal, self._served)
                result = work(transaction)
                transaction.offers.settle()
            except BaseException as error:  # noqa: BLE001 - whatever a work raises is its future's to tell
                journal.take_back()
                future.set_exception(error)
                return future
        future.set_result(result)
        for told in self._measures:
            told(1, time.perf_counter() - began)
        if journal.told:
            for wake in self._wakes:
                # A listener that fails, such as one whose loop has ended, must not make the write look failed.
                with suppress(Exception):
                    wake()
        return future

    def read(self, work: Callable[[View], T]) -> Future[T]:
        future: Future[T] = Future()
        with self._lock:
            try:
                self._require_open()
                result = work(MemoryView(self._tables))
            except BaseException as error:  # noqa: BLE001 - whatever a work raises is its future's to tell
                future.set_exception(error)
                return future
        future.set_result(result)
        return future

    def listen(self, wake: Callable[[], None]) -> None:
        self._wakes.append(wake)

    def people_version(self) -> int | None:
        return None

    def hold_watch(self) -> bool:
        return True

    def backup(self, target: str, progress: Callable[[int, int], None]) -> None:
        path = Path(target)
        aside = path.with_name(f"{path.name}.part")
        with self._lock:
            content = msgspec.json.encode(self._readable())
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
        progress(1, 1)

    def sizes(self) -> Sizes:
        return Sizes()

    def tidy(self) -> int:
        return 0

    def compact(self) -> None:
        return None

    def measure(self, told: Callable[[int, float], None]) -> None:
        self._measures.append(told)

    def check(self) -> list[str]:
        with self._lock:
            return [
                f"Job {id_} is {job.state}, but its newest event says {self._newest(id_)}."
                for id_, job in self._tables.jobs.items()
                if self._newest(id_) not in {"", job.state.value}
            ]

    def close(self) -> None:
        with self._lock:
            self._closed = True

    def _newest(self, job: str) -> str:
        told = self._tables.histories.get(job)
        return told[max(told)].state.value if told else ""

    def _readable(self) -> dict[str, list[object]]:
        tables = {name: getattr(self._tables, name) for name in self._tables.__struct_fields__}
        return {name: [_inner(value) for value in table.values()] for name, table in tables.items()}

    def _require_open(self) -> None:
        if self._closed:
            raise Unavailable(reason="the store is closed")


def _inner(value: object) -> object:
    return list(value.values()) if isinstance(value, dict) else value
