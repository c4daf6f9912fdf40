"""Who is at work. A name belongs to one living worker: whoever is started under it anew takes over from the dead one.

A worker says with each claim and each beat under which session it runs, and a session ends with its process. So the
first word of a new session tells that the old one is over, unless the old one still speaks: then there are two workers
of one name, and the second is turned away before it has taken anything.
"""

from __future__ import annotations

from collections import OrderedDict

from msgspec import Struct
from msgspec.structs import replace

from jobyard.engine.ledger import Ledger
from jobyard.engine.settling import Settling
from jobyard.job import moves
from jobyard.job.clock import SECOND
from jobyard.job.desk import Ask, Beat
from jobyard.job.errors import WorkerDoubled
from jobyard.job.events import Change
from jobyard.job.filters import PAGE_LIMIT, Filter, Order, Query
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.store.contract import Transaction, View, WorkerRow

QUIET = 10 * SECOND
"""Silence after which a session counts as over when another one comes under its name; one lease, where that is less."""
_REMEMBERED = 10_000


class Presence(Struct, frozen=True, kw_only=True):
    """What became of a name in one transaction; told to the roster once that is durable."""

    name: str
    session: str = ""
    """Whose name it is now; empty when it is nobody's."""
    over: str = ""
    """The session that has ended."""
    written: int = 0
    """When the store was last told that the session lives."""
    lost: int = 0
    """How many attempts ended with that session."""
    woken: tuple[Job, ...] = ()
    """Their jobs as they are now, and those that waited for them."""


class _Heard(Struct, frozen=True):
    session: str
    written: int
    at: int


class Roster:
    """The workers of the house, as they are heard by this server and as the store remembers them."""

    def __init__(self, ledger: Ledger, settling: Settling) -> None:
        self._ledger = ledger
        self._settling = settling
        self._quiet = min(QUIET, settling.lease)
        self._heard: OrderedDict[str, _Heard] = OrderedDict()
        self._over: OrderedDict[str, None] = OrderedDict()
        """Sessions that have ended; a claim of one may still be under way."""
        # Nobody could be heard before the house was there.
        self._since = ledger.now()

    def introduce(self, transaction: Transaction, ask: Ask, now: int) -> Presence:
        """Write down, now and then, that a worker is there.

        What an earlier session of the name held is lost, in this transaction. Raises WorkerDoubled while that session
        is still heard, or when this one is over.
        """
        known = self._heard.get(ask.worker)
        if known is not None and known.session == ask.session and not self._due(known.written, now):
            return Presence(name=ask.worker, session=ask.session, written=known.written)
        row = _row(transaction, ask.worker)
        if ask.session in self._over:
            raise _doubled(ask.worker, row)
        if row is None or row.session != ask.session:
            return self._take_over(transaction, ask, now)
        if not self._due(row.seen_at, now):
            return Presence(name=ask.worker, session=ask.session, written=row.seen_at)
        self._write(transaction, row, ask, now)
        return Presence(name=ask.worker, session=ask.session, written=now)

    def hear(self, view: View, beat: Beat) -> bool:
        """Note that a session lives, or leaves; tell whether that is to be written down now."""
        now, known = self._ledger.now(), self._heard.get(beat.worker)
        if beat.leaving:
            return True
        if known is None:
            row = _row(view, beat.worker)
            if row is None:
                return False
            known = _Heard(row.session, row.seen_at, now)
        if known.session != beat.session:
            return False
        self._note(beat.worker, replace(known, at=now))
        return self._due(known.written, now)

    def write(self, transaction: Transaction, beat: Beat) -> Presence:
        """Write down that a session lives, or forget a worker that leaves; nothing where another one has the name."""
        now, row = self._ledger.now(), _row(transaction, beat.worker)
        ours = row is not None and row.session == beat.session
        if beat.leaving:
            if ours:
                transaction.drop_worker(beat.worker)
            return Presence(name=beat.worker, over=beat.session)
        if row is not None and ours:
            transaction.put_worker(replace(row, seen_at=now))
        return Presence(name=beat.worker, session="" if row is None else row.session, written=now)

    def bury(self, transaction: Transaction, name: str, fate: str) -> Presence:
        """Forget a worker that is surely dead; what it held is lost."""
        row, known = _row(transaction, name), self._heard.get(name)
        over = row.session if row is not None else known.session if known is not None else ""
        transaction.drop_worker(name)
        lost, woken = self._lose(transaction, name, fate)
        return Presence(name=name, over=over, lost=lost, woken=woken)

    def note(self, presence: Presence) -> None:
        """Remember what has become durable."""
        known = self._heard.get(presence.name)
        if presence.over:
            self._over[presence.over] = None
            if len(self._over) > _REMEMBERED:
                self._over.popitem(last=False)
        if presence.session and presence.session not in self._over:
            self._note(presence.name, _Heard(presence.session, presence.written, self._ledger.now()))
        elif known is not None and presence.over in {"", known.session}:
            del self._heard[presence.name]

    def _take_over(self, transaction: Transaction, ask: Ask, now: int) -> Presence:
        # Of two that come at once, perhaps to two servers, only one may find the name free.
        transaction.alone(f"worker {ask.worker}")
        row = _row(transaction, ask.worker)
        if row is not None and row.session == ask.session:
            # Its own first claim, said again before that was answered.
            return Presence(name=ask.worker, session=ask.session, written=row.seen_at)
        if row is not None and now - self._last_heard(row) < self._quiet:
            raise _doubled(ask.worker, row)
        lost, woken = self._lose(transaction, ask.worker, "was started anew")
        fresh = WorkerRow(name=ask.worker, session=ask.session, started_at=now)
        self._write(transaction, fresh, ask, now)
        over = "" if row is None else row.session
        return Presence(name=ask.worker, session=ask.session, over=over, written=now, lost=lost, woken=woken)

    def _write(self, transaction: Transaction, row: WorkerRow, ask: Ask, now: int) -> None:
        said = {"host": ask.host, "pid": ask.pid, "queues": ask.queues, "kinds": ask.kinds, "slots": ask.slots}
        transaction.put_worker(replace(row, seen_at=now, **said))

    def _due(self, written: int, now: int) -> bool:
        return now - written >= self._quiet // 2

    def _last_heard(self, row: WorkerRow) -> int:
        known = self._heard.get(row.name)
        here = known.at if known is not None and known.session == row.session else 0
        return max(row.seen_at, self._since, here)

    def _lose(self, transaction: Transaction, name: str, fate: str) -> tuple[int, tuple[Job, ...]]:
        """End whatever runs under the name: in line again, cancelled or failed for good, like any lost attempt."""
        lost, after = list[Job](), None
        running = Filter(states=frozenset({State.RUNNING}), workers=frozenset({name}))
        while True:
            page = transaction.find(Query(filter=running, order=Order.OLDEST, limit=PAGE_LIMIT, after=after))
            for id_ in sorted(job.id for job in page.jobs):
                job = transaction.job(id_)
                # An external job is held by a user, who may bear the same name.
                if job is not None and job.state is State.RUNNING and job.worker == name and not job.external:
                    lost.append(transaction.apply(self._lost(transaction, job, fate)))
            if page.next is None:
                return len(lost), (*lost, *self._settling.needs.ended(transaction, lost))
            after = page.next

    def _lost(self, transaction: Transaction, job: Job, fate: str) -> Change:
        now = self._ledger.now()
        self._settling.logs.close(transaction, job.id, job.attempt, now)
        until = self._settling.lifetimes.results_until(transaction, job, now)
        return moves.lose(job, job.attempt, now, moves.lost(job, fate), now, until)

    def _note(self, name: str, heard: _Heard) -> None:
        self._heard[name] = heard
        if len(self._heard) > _REMEMBERED:
            self._heard.popitem(last=False)


def _row(view: View, name: str) -> WorkerRow | None:
    return next((row for row in view.workers() if row.name == name), None)


def _doubled(name: str, row: WorkerRow | None) -> WorkerDoubled:
    where = f", on {row.host} as process {row.pid}" if row is not None and row.host else ""
    return WorkerDoubled(name=name, where=where)
