"""Fills a house with jobs before it opens, straight into its store: asking for so many would take its time."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from jobyard.job import moves
from jobyard.job.ids import new_id
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.server import PACKAGES
from jobyard.store.contract import Transaction
from jobyard.store.sqlite import SqliteStore

_TOGETHER = 2_000
_SECOND = 1_000_000


def fill(data: Path, count: int) -> None:
    """Put jobs named `Crowd 000000` and up, all ended, into the data folder of a house that is not open."""
    store = SqliteStore.open(data, packages=PACKAGES)
    for start in range(0, count, _TOGETHER):
        store.write(partial(_some, range(start, min(count, start + _TOGETHER)))).result()
    store.close()


def _some(numbers: range, transaction: Transaction) -> None:
    for number in numbers:
        at = 1_790_000_000 * _SECOND + number * _SECOND
        job = Job(id=new_id(), kind="page.blink", owner="admin", name=f"Crowd {number:06d}", state=State.QUEUED)
        job = transaction.insert(moves.submit(job, at, "admin"))
        transaction.apply(moves.cancel(job, at + _SECOND, "admin"))
