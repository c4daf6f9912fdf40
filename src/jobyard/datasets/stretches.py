"""What was compared already, stretch by stretch, so that what is as it was need not be told file by file.

A stretch is kept while what is known of it stays as it was compared: whoever writes samples forgets the stretches that
they lie in. Stretches never overlap, and everything happens inside somebody else's transaction, which holds the
dataset's row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jobyard.datasets import leaves
from jobyard.datasets.messages import BATCH_ENTRIES, LEAST, Ahead, Batch, Entry, Kept
from jobyard.datasets.rows import QUERIES
from jobyard.store.contract import Transaction, View

AT_ONCE = 16
"""Stretches that are told ahead."""


def ahead(view: View, number: int, cursor: bytes) -> list[Ahead]:
    """Return how far what lies behind a path was compared in one go, and as what; then the stretches that follow it.

    Nothing where nothing was compared from there on.
    """
    rows = view.rows(QUERIES["next_stretches"], {"dataset": number, "start": cursor, "limit": AT_ONCE})
    found, place = list[Ahead](), cursor
    for start, upto, digest, leaves_ in rows:
        if start != place:
            return found or [Ahead(upto=start)]
        found.append(Ahead(upto=upto, digest=digest, leaves=leaves_))
        place = upto
    return found


def same(view: View, number: int, batch: Batch) -> int | None:
    """Return how many samples are known of a stretch told by its digest; None where that is not what is known."""
    rows = view.rows(QUERIES["stretch_at"], {"dataset": number, "start": batch.start})
    known = [samples for upto, digest, samples in rows if (upto, digest) == (batch.upto, batch.digest)]
    return known[0] if known else None


def forget(transaction: Transaction, number: int, start: bytes, upto: bytes | None) -> None:
    """Forget what was compared of the stretch behind `start` up to `upto` (None: to the end)."""
    parameters = {"dataset": number, "start": start}
    if upto is None:
        transaction.run(QUERIES["drop_stretches_behind"], parameters)
    else:
        transaction.run(QUERIES["drop_stretches_between"], {**parameters, "upto": upto})


def keep(transaction: Transaction, number: int, batch: Batch, *, labelled: bool) -> None:
    """Note that what is known of a stretch is what a batch told. The stretch must have been forgotten before."""
    for start, upto, entries, files in _pieces(batch, batch.label_files if labelled else ()):
        if len(entries) + len(files) >= LEAST:
            _put(transaction, number, start, upto, len(entries), leaves.kept(entries, files, labelled=labelled))


def keep_as(transaction: Transaction, number: int, batch: Batch, samples: int) -> None:
    """Note what a batch says is to be kept of a stretch, of which so many samples are known now."""
    forget(transaction, number, batch.start, batch.upto)
    if batch.kept is not None:
        _put(transaction, number, batch.start, batch.upto, samples, batch.kept)


def _put(transaction: Transaction, number: int, start: bytes, upto: bytes | None, samples: int, kept: Kept) -> None:
    parameters = {
        "dataset": number,
        "start": start,
        "upto": upto,
        "samples": samples,
        "digest": kept.digest,
        "leaves": kept.leaves,
    }
    transaction.run(QUERIES["put_stretch"], parameters)


def _pieces(
    batch: Batch, files: Sequence[Entry]
) -> Iterator[tuple[bytes, bytes | None, Sequence[Entry], Sequence[Entry]]]:
    """Yield a batch as one stretch, or in halves where it grew much, so that each may grow again."""
    if 2 * (len(batch.entries) + len(files)) <= 3 * BATCH_ENTRIES:
        yield batch.start, batch.upto, batch.entries, files
        return
    paths = sorted(entry[0] for entry in (*batch.entries, *files))
    middle = paths[len(paths) // 2 - 1]
    for start, upto, first in ((batch.start, middle, True), (middle, batch.upto, False)):
        entries, beside = (
            [entry for entry in listed if (entry[0] <= middle) is first] for listed in (batch.entries, files)
        )
        yield start, upto, entries, beside
