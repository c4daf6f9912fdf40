"""One verb for many jobs: call after call until all that are meant were looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec.structs import replace

from jobyard.client.exchange import Call, Exchange
from jobyard.client.requests import ForMany, JobEdit, Meant
from jobyard.client.shapes import Bulk, BulkRefusal

BulkVerb = Literal["cancel", "retry", "delete", "edit"]
"""What may be asked of many jobs at once."""
_AT_ONCE = 500
_WITHIN = 120.0


def asked_of_many(
    exchange: Exchange,
    verb: BulkVerb,
    meant: Meant,
    edits: Mapping[str, Any] | None,
    *,
    dry_run: bool,
    on_news: Callable[[Bulk], None] | None,
) -> Bulk:
    """Ask a verb of all jobs that are meant and return what became of it; `on_news` hears of every call."""
    changes = None if edits is None else JobEdit(**edits)
    wish = ForMany(verb=verb, filter=meant, edits=changes, dry_run=dry_run, limit=_AT_ONCE)
    total = _asked(exchange, wish)
    while True:
        if on_news is not None:
            on_news(total)
        if total.next is None:
            return total
        total = _added(total, _asked(exchange, replace(wish, cursor=total.next)))


def _asked(exchange: Exchange, wish: ForMany) -> Bulk:
    # Of all verbs only retry does more when it is asked twice: what was retried may have ended again.
    call = Call(method="POST", path="/jobs/bulk", body=wish, again=wish.verb != "retry", within=_WITHIN)
    return exchange.ask(call, Bulk)


def _added(total: Bulk, part: Bulk) -> Bulk:
    refused = Counter({one.reason: one.count for one in total.refused})
    refused.update({one.reason: one.count for one in part.refused})
    return replace(
        total,
        looked_at=total.looked_at + part.looked_at,
        done=total.done + part.done,
        refused=[BulkRefusal(reason=reason, count=count) for reason, count in refused.most_common()],
        next=part.next,
    )
