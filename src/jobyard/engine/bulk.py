"""One verb for many jobs: all that a filter means, a page in a transaction, with a count beforehand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct, field
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.engine.jobs import Jobs
from jobyard.engine.ledger import Ledger
from jobyard.engine.submission import Edits
from jobyard.job.errors import Fault, Refused
from jobyard.job.filters import Cursor, Filter, Order, Query
from jobyard.job.record import Job
from jobyard.job.states import FINAL, REMOVABLE, State
from jobyard.people.record import Actor
from jobyard.store.blobs import Blobs
from jobyard.store.contract import Transaction

COUNT_LIMIT = 1_000_000
"""Matches are counted up to this many."""
ACT_LIMIT = 2_000
"""The most jobs one call acts on."""
_PAGE = 200


class BulkVerb(StrEnum):
    """What may be asked of many jobs at once."""

    CANCEL = "cancel"
    RETRY = "retry"
    DELETE = "delete"
    EDIT = "edit"


_STATES: dict[BulkVerb, frozenset[State]] = {
    BulkVerb.CANCEL: frozenset({State.DRAFT, State.QUEUED, State.RUNNING}),
    BulkVerb.RETRY: FINAL,
    BulkVerb.DELETE: REMOVABLE,
    BulkVerb.EDIT: frozenset({State.DRAFT, State.QUEUED}),
}
"""In which states a job can be asked for it; others are no match."""


class Done(Struct, kw_only=True):
    """What one call did."""

    looked_at: int = 0
    done: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """How many jobs stayed as they are, by the sentence that says why."""
    next: Cursor | None = None
    """Where the next call goes on; None when all were looked at."""


class Bulk:
    """Counts and acts."""

    def __init__(self, ledger: Ledger, jobs: Jobs, blobs: Blobs) -> None:
        self._ledger = ledger
        self._jobs = jobs
        self._blobs = blobs

    async def count(self, actor: Actor, verb: BulkVerb, filter_: Filter) -> tuple[int, bool]:
        """Return how many of the jobs the actor sees are meant and can be asked; and whether the number is exact.

        Raises Refused for who may change nothing at all.
        """
        _require(actor, verb)
        meant, scope = _meant(verb, filter_), rules.scope(actor)
        if meant is None:
            return 0, True
        total = await self._ledger.read(lambda view: view.count(meant, scope, COUNT_LIMIT))
        return total, total < COUNT_LIMIT

    async def act(
        self,
        actor: Actor,
        verb: BulkVerb,
        filter_: Filter,
        edits: Edits,
        after: Cursor | None = None,
        limit: int = ACT_LIMIT,
    ) -> Done:
        """Ask the verb of up to `limit` jobs that are meant, oldest first, behind `after`.

        Each job is asked by itself: where one refuses, the others are not harmed, and the reason is counted. Jobs that
        come to match while this goes on are not looked at twice. Raises Refused for who may change nothing at all.
        """
        _require(actor, verb)
        done = Done()
        meant = _meant(verb, filter_)
        if meant is None:
            return done
        done.next = after or Cursor(value=0, number=0)
        while done.next is not None and done.looked_at < limit:
            size = min(_PAGE, limit - done.looked_at)
            query = Query(filter=meant, scope=rules.scope(actor), order=Order.OLDEST, limit=size, after=done.next)
            page = await self._ledger.read(lambda view, query=query: view.find(query))  # type: ignore[misc]
            await self._page(actor, verb, page.jobs, edits, done)
            done.next = page.next
        return done

    async def _page(self, actor: Actor, verb: BulkVerb, jobs: list[Job], edits: Edits, done: Done) -> None:
        ask = self._asked(actor, verb, edits)
        refused = Counter[str]()
        blobs: list[str] = []
        moved: list[Job] = []

        def work(transaction: Transaction) -> None:
            refused.clear()
            blobs.clear()
            moved.clear()
            for job in jobs:
                try:
                    ask(transaction, job.id, blobs, moved)
                except Fault as fault:
                    refused[fault.sentence] += 1

        await self._ledger.write(work)
        for blob in blobs:
            self._blobs.remove(blob)
        self._jobs.ring(*moved)
        done.looked_at += len(jobs)
        done.done += len(jobs) - refused.total()
        done.refused += refused

    def _asked(
        self, actor: Actor, verb: BulkVerb, edits: Edits
    ) -> Callable[[Transaction, str, list[str], list[Job]], None]:
        def cancel(transaction: Transaction, id_: str, blobs: list[str], moved: list[Job]) -> None:
            job = transaction.job(id_)
            # What waited for another of them may have gone along with it just now.
            if job is None or job.state is not State.CANCELLED:
                moved += self._jobs.cancelled(transaction, actor, id_)

        def retry(transaction: Transaction, id_: str, blobs: list[str], moved: list[Job]) -> None:
            moved.append(self._jobs.retried(transaction, actor, id_))

        def delete(transaction: Transaction, id_: str, blobs: list[str], moved: list[Job]) -> None:
            blobs += self._jobs.deleted(transaction, actor, id_)

        def edit(transaction: Transaction, id_: str, blobs: list[str], moved: list[Job]) -> None:
            moved.append(self._jobs.edited(transaction, actor, id_, edits))

        return {BulkVerb.CANCEL: cancel, BulkVerb.RETRY: retry, BulkVerb.DELETE: delete, BulkVerb.EDIT: edit}[verb]


def _require(actor: Actor, verb: BulkVerb) -> None:
    if not rules.acts(actor):
        raise Refused(verb=f"{verb.value} jobs")


def _meant(verb: BulkVerb, filter_: Filter) -> Filter | None:
    """Return the filter narrowed to the states in which the verb can be asked; None where nothing is left."""
    states = (filter_.states or frozenset(State)) & _STATES[verb]
    return replace(filter_, states=states) if states else None
