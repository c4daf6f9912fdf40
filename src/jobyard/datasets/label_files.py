"""The files of a source that hold labels: which are known, which are unread, and what is done with what stands in them.

Everything happens inside somebody else's transaction, which holds the dataset's row. A file that changed is unread
from then on, whatever becomes of the synchronization; one that is gone is kept until its labels were taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from jobyard.datasets import labelling
from jobyard.datasets.labelling import Said
from jobyard.datasets.merge import Difference
from jobyard.datasets.messages import UNREAD_FILES, Entry, LabelFile
from jobyard.datasets.rows import QUERIES, Held
from jobyard.datasets.sorting import Sorting
from jobyard.store.contract import Transaction, View

_GONE = 2
_SCANNED = 4 * UNREAD_FILES
"""Samples looked through at once for those that a few label files belong to."""


def known(view: View, number: int, start: bytes, upto: bytes | None, limit: int) -> list[Entry]:
    """Return what is known of the stretch behind `start` up to `upto` (None: to the end), in order."""
    parameters = {"dataset": number, "start": start, "limit": limit}
    if upto is None:
        rows = view.rows(QUERIES["label_files_behind"], parameters)
    else:
        rows = view.rows(QUERIES["label_files_between"], {**parameters, "upto": upto})
    return cast("list[Entry]", rows)


def write(
    transaction: Transaction, held: Held, sorted_: Sorting, samples: Difference, files: Difference, now: int
) -> None:
    """Note which label files are to be read after a batch, and label new samples by their folders."""
    number = held.dataset.number
    changed = [
        {"dataset": number, "path": path, "size": size, "mtime_ns": mtime_ns, "etag": etag}
        for path, size, mtime_ns, etag in (*files.added, *files.changed)
    ]
    transaction.run_many(QUERIES["put_label_file"], changed)
    gone = [{"dataset": number, "path": entry[0]} for entry in files.deleted]
    transaction.run_many(QUERIES["lose_label_file"], gone)
    if sorted_.labels and samples.added and known(transaction, number, b"", None, 1):
        beside = (path for entry in samples.added for path in sorted_.label_files_of(entry[0]))
        transaction.run_many(QUERIES["reread_label_file"], [{"dataset": number, "path": path} for path in beside])
    if sorted_.by_folder and samples.added:
        named = ((place, sorted_.folder_label(entry[0])) for place, entry in enumerate(samples.added, held.next_sample))
        labelling.put(transaction, held.dataset, {place: Said(labels=(label,)) for place, label in named if label}, now)


def any_unread(view: View, number: int) -> bool:
    """Tell whether label files are still to be read."""
    return bool(view.rows(QUERIES["unread_label_files"], {"dataset": number, "limit": 1}))


def unread(transaction: Transaction, held: Held, sorted_: Sorting, now: int) -> list[Entry]:
    """Return the next label files to read, and take back the labels of those that are gone meanwhile."""
    number = held.dataset.number
    while True:
        rows = transaction.rows(QUERIES["unread_label_files"], {"dataset": number, "limit": UNREAD_FILES})
        gone = {row[0] for row in rows if row[4] == _GONE or not sorted_.is_label_file(row[0])}
        _say(transaction, held, sorted_, dict.fromkeys(gone, Said()), now)
        transaction.run_many(QUERIES["drop_label_file"], [{"dataset": number, "path": path} for path in sorted(gone)])
        left = [(row[0], row[1], row[2], row[3]) for row in rows if row[0] not in gone]
        if left or not gone:
            return left


def take(
    transaction: Transaction, held: Held, sorted_: Sorting, files: Sequence[LabelFile], now: int
) -> tuple[int, int]:
    """Put what stands in label files on their samples; return how many were read and how many could not be.

    A file that changed since it was handed out, or was taken already, counts as neither.
    """
    number = held.dataset.number
    good = [one for one in files if _waits(transaction, number, one.file)]
    said = {one.file[0]: Said(labels=one.labels, boxes=one.boxes) for one in good if not one.refused}
    _say(transaction, held, sorted_, said, now)
    transaction.run_many(QUERIES["clear_label_file"], [{"dataset": number, "path": one.file[0]} for one in good])
    return len(said), len(good) - len(said)


def _waits(view: View, number: int, file: Entry) -> bool:
    rows = view.rows(QUERIES["unread_label_file"], {"dataset": number, "path": file[0]})
    return bool(rows) and tuple(rows[0]) == tuple(file)


def _say(transaction: Transaction, held: Held, sorted_: Sorting, said: Mapping[bytes, Said], now: int) -> None:
    """Put what label files say on the samples beside them; where they say nothing, what the folder says."""
    if not said or not sorted_.labels:
        return
    found = dict[int, Said]()
    for file, path, place in _beside(transaction, held.dataset.number, sorted_, sorted(said)):
        told = said[file]
        if not told.labels and not told.boxes and (folder := sorted_.folder_label(path)):
            told = Said(labels=(folder,))
        found[place] = told
    labelling.put(transaction, held.dataset, found, now)


def _beside(view: View, number: int, sorted_: Sorting, files: Sequence[bytes]) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield which label file belongs to which sample: its path, the sample's path and the sample's number."""
    stems = [file[: -len(sorted_.labels)] for file in files]
    # Not the last stem's own end: `a.jpg` comes behind `a-2.jpg`, although `a` comes before `a-2`.
    upto = max(stem + b"/" for stem in stems)
    parameters = {"dataset": number, "start": min(stems), "upto": upto, "limit": _SCANNED}
    rows = view.rows(QUERIES["samples_beside"], parameters)
    # Usually the samples lie among their label files; where very many others do too, each is asked for by itself.
    near = dict[bytes, int]((path, place) for path, place in rows) if len(rows) < _SCANNED else None
    for file in files:
        for path in sorted_.beside(file):
            place = near.get(path) if near is not None else _number_at(view, number, path)
            if place is not None:
                yield file, path, place


def _number_at(view: View, number: int, path: bytes) -> int | None:
    rows = view.rows(QUERIES["sample_at"], {"dataset": number, "path": path})
    return int(rows[0][0]) if rows else None
