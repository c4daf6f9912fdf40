"""Files that were handed in for runs: bounded for each owner, and forgotten some time after they were last used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from jobyard.access import rules
from jobyard.engine.schedules import book
from jobyard.job.clock import SECOND
from jobyard.job.errors import Conflict, NotFound
from jobyard.job.filters import PAGE_LIMIT, Filter, Query
from jobyard.job.states import State
from jobyard.people.record import Actor, Role
from jobyard.store.contract import Transaction, View
from jobyard.workflows.library import rows
from jobyard.workflows.library.record import Received

MOST = 1_000
MOST_BYTES = 64 * 1024**3
KEPT_FOR = 30 * 86_400 * SECOND
"""Microseconds for which a file is kept once it was handed in or a run last began with it."""
_KINDS = frozenset({"workflow.run", "workflow.python"})
_LIVE = frozenset({State.DRAFT, State.QUEUED, State.RUNNING})


def keep(transaction: Transaction, received: Received, name: str, owner: str, now: int) -> None:
    """Write a file down. Raises Conflict where its owner has as many already as one may have."""
    transaction.alone(f"workflow files of {owner}")
    count, size = rows.files_of(transaction, owner)
    if count >= MOST or size + received.size > MOST_BYTES:
        raise Conflict(
            reason=f"Nobody keeps more than {MOST:,} files for runs, or more than {MOST_BYTES:,} bytes of them;"
            " remove one first."
        )
    rows.add_file(transaction, received.package, name, received.size, owner, now)


def drop(transaction: Transaction, actor: Actor, blob: str) -> None:
    """Forget a file. Raises NotFound for one that is not the actor's, and Conflict while something runs with it."""
    owner = rows.file_owner(transaction, blob)
    if owner is None or not (owner == actor.name or rules.at_least(actor.role, Role.OPERATOR)):
        raise NotFound(what="file", name=blob[:64])
    if blob in _needed(transaction):
        raise Conflict(reason="A job that waits or runs needs this file, or a schedule does.")
    rows.drop_file(transaction, blob)


def expire(transaction: Transaction, now: int) -> list[str]:
    """Forget the files that nobody used for long and that nothing will need; return their names."""
    old = rows.unused_files(transaction, now - KEPT_FOR)
    needed = _needed(transaction) if old else set()
    for blob in old:
        if blob in needed:
            rows.use_file(transaction, blob, now)
        else:
            rows.drop_file(transaction, blob)
    return [blob for blob in old if blob not in needed]


def _needed(view: View) -> set[str]:
    """Return what jobs that are not over, and schedules, name."""
    said = [one.parameters for one in book.newest(view) if one.kind in _KINDS]
    return set(_named(said)) | set(_named(_live(view)))


def _live(view: View) -> Iterator[dict[str, Any]]:
    after = None
    while True:
        page = view.find(Query(filter=Filter(states=_LIVE, kinds=_KINDS), limit=PAGE_LIMIT, after=after))
        yield from (job.parameters for job in page.jobs)
        after = page.next
        if after is None:
            return


def _named(parameters: Iterable[dict[str, Any]]) -> Iterator[str]:
    for one in parameters:
        files = one.get("files")
        if isinstance(files, dict):
            yield from (blob for blob in files.values() if isinstance(blob, str))
