"""The rounds of the post: new events become deliveries, and what is due is sent, to each receiver one by one."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from weakref import WeakValueDictionary

from jobyard.engine.ledger import Ledger
from jobyard.engine.meters import Meters
from jobyard.engine.webhooks import outbox
from jobyard.engine.webhooks.outbox import Done, Posting, Seen
from jobyard.engine.webhooks.post import Post
from jobyard.engine.webhooks.record import DRAWER, Tried
from jobyard.job.clock import SECOND
from jobyard.job.errors import Fault
from jobyard.store.contract import Transaction

LOOK_AGAIN = 5.0
"""Seconds after which the post looks by itself: a retry may be due, or another server was asked for something."""
AT_ONCE = 32
"""The most letters that are under way."""
OF_ONE = 4
"""The most of them for one owner, so that his slow receivers hold up nobody else's letters."""
_GATHER = 0.2
_PRUNE_EVERY = 3_600 * SECOND

_log = logging.getLogger(__name__)


class Slots:
    """How many letters may be under way, together and for one owner."""

    def __init__(self) -> None:
        self._all = asyncio.Semaphore(AT_ONCE)
        self._of_one: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def taken(self, owner: str) -> AsyncIterator[bool]:
        """Hold a slot, waiting for it if need be; whether there was a wait is handed in.

        Of one owner never more wait among the others than may be under way.
        """
        own = self._of_one.setdefault(owner, asyncio.Semaphore(OF_ONE))
        waited = own.locked() or self._all.locked()
        async with own, self._all:
            yield waited


class Rounds:
    """Makes deliveries. Only the process that keeps the watch does."""

    def __init__(self, ledger: Ledger, post: Post, meters: Meters) -> None:
        self._ledger = ledger
        self._post = post
        self._meters = meters
        self._wake = asyncio.Event()
        self._slots = Slots()
        self._senders: dict[str, asyncio.Task[None]] = {}
        self._watching = False
        self._anybody = True
        self._prune_at = 0

    async def run(self) -> None:
        """Keep the rounds going until cancelled. One that fails is logged; the next one comes."""
        loop = asyncio.get_running_loop()
        self._ledger.store.listen(lambda: self._heard(loop))
        try:
            while True:
                self._wake.clear()
                if not await self._tried_round():
                    with suppress(TimeoutError):
                        async with asyncio.timeout(LOOK_AGAIN):
                            await self._wake.wait()
                await asyncio.sleep(_GATHER)  # reading after every commit would be dear
        finally:
            await self._call_back()

    def wake(self) -> None:
        """Look soon: something was changed here. On the event loop only."""
        self._wake.set()

    async def round(self) -> bool:
        """Make deliveries of new events and begin to send what is due; tell whether there is more to look at."""
        self._watching = await asyncio.to_thread(self._ledger.store.hold_watch)
        if not self._watching:
            return False
        look = await self._ledger.read(lambda view: outbox.look(view, self._ledger.now()))
        self._anybody = look.anybody
        fresh = {seen.webhook.id for seen in look.seen if await self._write_down(seen)}
        for id_ in (look.due | fresh) - self._senders.keys():
            self._start(id_)
        await self._tidy(look.crowded)
        return any(len(seen.events) == outbox.PAGE for seen in look.seen)

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        while self._senders:
            await asyncio.wait(list(self._senders.values()))

    async def prune(self, id_: str) -> int:
        """Remove a webhook's deliveries that were over long ago or are too many; return how many."""
        after: str | None = ""
        removed = 0
        while after is not None:
            after, count = await self._pruned(id_, after)
            removed += count
        return removed

    def _heard(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._anybody and not self._wake.is_set():
            with suppress(RuntimeError):  # the loop may be closed while the store still finishes a write
                loop.call_soon_threadsafe(self._wake.set)

    async def _tried_round(self) -> bool:
        try:
            return await self.round()
        except Fault as fault:
            _log.warning("the post's round failed: %s", fault)
        except Exception:  # noqa: BLE001 - one broken round must not end the post
            _log.exception("the post's round broke")
        await asyncio.sleep(LOOK_AGAIN)
        return False

    async def _write_down(self, seen: Seen) -> bool:
        return await self._ledger.write(lambda transaction: outbox.write_down(transaction, seen, self._ledger.now()))

    def _start(self, id_: str) -> None:
        sender = asyncio.create_task(self._send(id_))
        self._senders[id_] = sender
        sender.add_done_callback(lambda _: self._ended(id_))

    def _ended(self, id_: str) -> None:
        del self._senders[id_]
        # What was written down after its last look would otherwise wait for the next event.
        self._wake.set()

    async def _send(self, id_: str) -> None:
        """Make a webhook's due deliveries, one after the other."""
        done: Done | None = None
        try:
            while (posting := await self._next(id_, done)) is not None:
                done = await self._in_turn(posting)
        except Fault as fault:
            _log.warning("a delivery of webhook %s could not be written down: %s", id_, fault)
            await asyncio.sleep(LOOK_AGAIN)
        except Exception:  # noqa: BLE001 - one broken webhook must not end the post
            _log.exception("the post of webhook %s broke", id_)
            await asyncio.sleep(LOOK_AGAIN)

    async def _next(self, id_: str, done: Done | None) -> Posting | None:
        """Write down how the last try went and return what is to be sent next, in one transaction."""
        watching = self._watching

        def work(transaction: Transaction) -> Posting | None:
            if done is not None:
                outbox.settle(transaction, id_, done)
            return outbox.next_posting(transaction, id_, self._ledger.now()) if watching else None

        return await self._ledger.write(work)

    async def _in_turn(self, posting: Posting) -> Done | None:
        """Make a delivery once there is a slot for it; None where it is not to be made any more."""
        webhook = posting.webhook
        async with self._slots.taken(webhook.owner) as waited:
            if waited:
                # Meanwhile its owner may have lost the right to be told.
                again = await self._next(webhook.id, None)
                if again is None:
                    return None
                posting = again
            return await self._told(posting)

    async def _told(self, posting: Posting) -> Done:
        try:
            tried = await self._post.tell(posting.webhook, posting.happening)
        except Exception:  # noqa: BLE001 - a letter that cannot be written must not hold up those behind it
            _log.exception("event %s could not be written as a letter", posting.delivery.event)
            tried = Tried(at=self._ledger.now(), error="This house could not write the letter; its log says why.")
        outcome = "delivered" if not tried.error else "refused" if tried.status is not None else "unanswered"
        self._meters.told(outcome, tried.seconds)
        return Done(event=posting.delivery.event, tried=tried, chance=secrets.randbelow(1001) / 1000)

    async def _tidy(self, crowded: set[str]) -> None:
        if self._ledger.now() >= self._prune_at:
            self._prune_at = self._ledger.now() + _PRUNE_EVERY
            crowded = {card.id for card in await self._ledger.read(lambda view: view.cards(DRAWER))}
        for id_ in crowded:
            await self.prune(id_)

    async def _pruned(self, id_: str, after: str) -> tuple[str | None, int]:
        return await self._ledger.write(lambda transaction: outbox.prune(transaction, id_, after, self._ledger.now()))

    async def _call_back(self) -> None:
        senders = list(self._senders.values())
        for sender in senders:
            sender.cancel()
        await asyncio.gather(*senders, return_exceptions=True)
