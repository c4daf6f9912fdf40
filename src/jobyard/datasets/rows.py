"""The tables of datasets, samples and synchronizations, and their rows as records; `tables` has the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import msgspec
from msgspec import Struct

from jobyard.datasets import labelling
from jobyard.datasets.merge import Difference
from jobyard.datasets.messages import Entry
from jobyard.datasets.record import Counts, Dataset, Point, Purpose, Sample, Sync
from jobyard.datasets.tables import datasets as table
from jobyard.job.filters import Scope
from jobyard.store.contract import Row, Transaction, View
from jobyard.store.queries import Queries

QUERIES = Queries("jobyard.datasets")
_NEWEST_SYNCS = 20
"""Synchronizations remembered of one dataset."""
_LARGEST = 2**63 - 1
_series = msgspec.json.Decoder(tuple[Point, ...]).decode


class Held(Struct, frozen=True, kw_only=True):
    """A dataset with what only a synchronization needs."""

    dataset: Dataset
    syncing: str | None
    """The job that may change its samples now."""
    next_sample: int


class Pass(Struct, frozen=True, kw_only=True):
    """One synchronization as it is stored."""

    job: str
    dataset: int
    """The number of the dataset."""
    attempt: int
    """The attempt that opened it last."""
    expected: int
    started_at: int
    finished_at: int | None = None
    cursor: bytes = b""
    passed: bool = False
    counts: Counts = Counts()
    series: tuple[Point, ...] = ()

    def told(self) -> Sync:
        """Return what others may know of it."""
        return Sync(
            job=self.job,
            counts=self.counts,
            started_at=self.started_at,
            finished_at=self.finished_at,
            cursor=self.cursor,
            expected=self.expected,
            series=self.series,
        )


def dataset(view: View, id_: str) -> Dataset | None:
    """Return a dataset by id."""
    return next((_dataset(row) for row in view.rows(QUERIES["dataset"], {"id": id_})), None)


def numbered(view: View, number: int) -> Dataset | None:
    """Return a dataset by its number."""
    return next((_dataset(row) for row in view.rows(QUERIES["dataset_numbered"], {"dataset": number})), None)


def lock(view: View, id_: str) -> Held | None:
    """Return a dataset by id and keep others from changing it until the transaction ends."""
    rows = view.rows(QUERIES["lock_dataset"], {"id": id_})
    return next((Held(dataset=_dataset(row), syncing=row[11], next_sample=row[12]) for row in rows), None)


def called(view: View, name: str, scope: Scope, limit: int) -> list[Dataset]:
    """Return the datasets of a name inside a scope, oldest first."""
    rows = view.rows(QUERIES["datasets_called"], {**_scope(scope), "name": name, "limit": limit})
    return [_dataset(row) for row in rows]


def page(view: View, scope: Scope, before: int | None, limit: int, assignee: str | None = None) -> list[Dataset]:
    """Return datasets inside a scope, or in part assigned to a user, numbered below `before`, newest first."""
    parameters = {
        **_scope(scope),
        "assignee": assignee or "",
        "before": _LARGEST if before is None else before,
        "limit": limit,
    }
    return [_dataset(row) for row in view.rows(QUERIES["datasets_page"], parameters)]


def count(view: View, scope: Scope, assignee: str | None = None) -> int:
    """Return how many datasets a scope holds, with those of which a part is assigned to a user."""
    return int(view.rows(QUERIES["count_datasets"], {**_scope(scope), "assignee": assignee or ""})[0][0])


def insert(transaction: Transaction, made: Dataset) -> int | None:
    """Write a dataset and return its number; None when its owner has another one of this name."""
    parameters = {
        "id": made.id,
        "name": made.name,
        "source": made.source,
        "owner": made.owner,
        "project": made.project,
        "created_at": made.created_at,
        "folded": made.name.casefold(),
        "purpose": made.purpose.value,
        "description": made.description,
        "work_path": made.work_path,
        "read_labels": int(made.read_labels),
        "settings": msgspec.json.encode(made.settings).decode(),
        "collection": made.collection,
    }
    rows = transaction.rows(QUERIES["insert_dataset"], parameters)
    return int(rows[0][0]) if rows else None


def hide(transaction: Transaction, number: int, now: int) -> None:
    """Begin to delete a dataset: nobody finds it any more."""
    transaction.run(QUERIES["hide_dataset"], {"dataset": number, "now": now})


def hidden(view: View) -> list[int]:
    """Return the numbers of datasets whose deletion was begun and is not through."""
    return [row[0] for row in view.rows(QUERIES["hidden_datasets"], {})]


def source_of(view: View, number: int) -> str | None:
    """Return the source of a dataset, hidden or not."""
    return next((row[0] for row in view.rows(QUERIES["source_of"], {"dataset": number})), None)


def remove_some(transaction: Transaction, number: int, limit: int) -> bool:
    """Remove up to `limit` samples of a hidden dataset, at the end the dataset itself; tell whether it is gone.

    What was said of its samples goes first.
    """
    if not table.strip(transaction, number, limit):
        return False
    last = transaction.rows(QUERIES["last_of_first"], {"dataset": number, "place": limit - 1})
    if last:
        parameters = {"dataset": number, "first": b"", "last": last[0][0]}
        transaction.run(QUERIES["delete_samples"], parameters)
        return False
    for name in ("drop_samples", "drop_changes", "drop_label_files", "drop_pictures", "drop_stretches"):
        transaction.run(QUERIES[name], {"dataset": number})
    transaction.run(QUERIES["drop_old_syncs"], {"dataset": number, "kept": 0})
    transaction.run(QUERIES["drop_dataset"], {"dataset": number})
    return True


def known(view: View, number: int, start: bytes, upto: bytes | None, limit: int) -> list[Entry]:
    """Return what is known of the stretch behind `start` up to `upto` (None: to the end), in order."""
    parameters = {"dataset": number, "start": start, "limit": limit}
    if upto is None:
        rows = view.rows(QUERIES["samples_behind"], parameters)
    else:
        rows = view.rows(QUERIES["samples_between"], {**parameters, "upto": upto})
    return cast("list[Entry]", rows)


def samples(view: View, number: int, after: bytes, limit: int) -> list[Sample]:
    """Return samples behind a path, in order."""
    rows = view.rows(QUERIES["samples_page"], {"dataset": number, "start": after, "limit": limit})
    return [_sample(number, row) for row in rows]


def sample(view: View, number: int, place: int) -> Sample | None:
    """Return a sample by its number within the dataset."""
    rows = view.rows(QUERIES["sample"], {"dataset": number, "number": place})
    return next((_sample(number, row) for row in rows), None)


def write(transaction: Transaction, held: Held, difference: Difference, now: int) -> None:
    """Make the samples as the difference says and count them, deleted ones first."""
    number = held.dataset.number
    if difference.gone:
        labelling.forget_stretches(transaction, held.dataset, difference.gone)
    gone = [{"dataset": number, "first": first, "last": last} for first, last in difference.gone]
    transaction.run_many(QUERIES["delete_samples"], gone)
    changed = [
        {"dataset": number, "path": path, "size": size, "mtime_ns": mtime_ns, "etag": etag, "now": now}
        for path, size, mtime_ns, etag in difference.changed
    ]
    transaction.run_many(QUERIES["update_sample"], changed)
    added = [
        {"dataset": number, "path": path, "number": place, "size": size, "mtime_ns": mtime_ns, "etag": etag, "now": now}
        for place, (path, size, mtime_ns, etag) in enumerate(difference.added, held.next_sample)
    ]
    transaction.run_many(QUERIES["insert_sample"], added)
    parameters = {
        "dataset": number,
        "samples": held.dataset.samples + len(difference.added) - len(difference.deleted),
        "size": max(0, min(_LARGEST, held.dataset.size + difference.growth)),
        "next_sample": held.next_sample + len(difference.added),
    }
    transaction.run(QUERIES["count_samples_in"], parameters)


def sync(view: View, job: str) -> Pass | None:
    """Return the synchronization that a job began."""
    rows = view.rows(QUERIES["sync"], {"job": job})
    return next((_pass(job, row) for row in rows), None)


def newest_sync(view: View, number: int) -> Pass | None:
    """Return the synchronization of a dataset that was begun last."""
    rows = view.rows(QUERIES["newest_sync"], {"dataset": number})
    return sync(view, rows[0][0]) if rows else None


def syncs(view: View, number: int) -> list[Pass]:
    """Return the synchronizations of a dataset that are remembered, the newest first."""
    rows = view.rows(QUERIES["syncs"], {"dataset": number})
    found = (sync(view, row[0]) for row in rows)
    return [begun for begun in found if begun is not None]


def begin(transaction: Transaction, begun: Pass) -> None:
    """Write a synchronization at its beginning; changes noted by earlier ones and the oldest of them are dropped."""
    transaction.run(QUERIES["drop_changes"], {"dataset": begun.dataset})
    transaction.run(QUERIES["drop_sync"], {"job": begun.job})
    parameters = {
        "job": begun.job,
        "dataset": begun.dataset,
        "attempt": begun.attempt,
        "expected": begun.expected,
        "now": begun.started_at,
    }
    transaction.run(QUERIES["begin_sync"], parameters)
    transaction.run(QUERIES["drop_old_syncs"], {"dataset": begun.dataset, "kept": _NEWEST_SYNCS})


def resume(transaction: Transaction, job: str, attempt: int) -> None:
    """Note which attempt goes on with a synchronization."""
    transaction.run(QUERIES["resume_sync"], {"job": job, "attempt": attempt})


def hold(transaction: Transaction, number: int, job: str) -> None:
    """Note which job may change a dataset's samples."""
    transaction.run(QUERIES["hold_dataset"], {"dataset": number, "job": job})


def advance(transaction: Transaction, moved: Pass) -> None:
    """Write how far a synchronization came."""
    counts = moved.counts
    parameters = {
        "job": moved.job,
        "cursor": moved.cursor,
        "passed": int(moved.passed),
        "listed": counts.listed,
        "added": counts.added,
        "changed": counts.changed,
        "deleted": counts.deleted,
        "unchanged": counts.unchanged,
        "skipped": counts.skipped,
        "labels_read": counts.labels_read,
        "labels_refused": counts.labels_refused,
    }
    transaction.run(QUERIES["advance_sync"], parameters)


def draw(transaction: Transaction, job: str, series: tuple[Point, ...]) -> None:
    """Write how the counts of a synchronization grew."""
    transaction.run(QUERIES["draw_sync"], {"job": job, "series": msgspec.json.encode(series).decode()})


def finish(transaction: Transaction, number: int, job: str, now: int) -> None:
    """Note that a synchronization went through to the end."""
    transaction.run(QUERIES["finish_sync"], {"job": job, "now": now})
    transaction.run(QUERIES["finish_dataset"], {"dataset": number, "job": job, "now": now})


def add_changes(transaction: Transaction, job: str, place: int, named: Iterable[tuple[str, bytes]]) -> None:
    """Note changes by name, counted on from `place`."""
    rows = [
        {"job": job, "place": number, "what": what, "path": path} for number, (what, path) in enumerate(named, place)
    ]
    transaction.run_many(QUERIES["add_change"], rows)


def changes(view: View, job: str) -> list[tuple[str, bytes]]:
    """Return the noted changes in order."""
    return [(what, path) for what, path in view.rows(QUERIES["changes"], {"job": job})]


def _scope(scope: Scope) -> dict[str, object]:
    projects = msgspec.json.encode(sorted(scope.projects)).decode()
    return {"everything": int(scope.everything), "owner": scope.owner or "", "projects": projects}


def _dataset(row: Row) -> Dataset:
    id_, number, name, source, owner, project, created_at, samples_, size, synced_at, last_job = row[:11]
    purpose, description, work_path, read_labels, settings, annotated, updated_at, collection = row[13:]
    return Dataset(
        id=id_,
        number=number,
        name=name,
        source=source,
        owner=owner,
        project=project,
        created_at=created_at,
        samples=samples_,
        size=size,
        synced_at=synced_at,
        last_job=last_job,
        purpose=Purpose(purpose),
        description=description,
        work_path=work_path,
        read_labels=bool(read_labels),
        settings=msgspec.json.decode(settings),
        annotated=annotated,
        updated_at=updated_at,
        collection=collection,
    )


def _sample(number: int, row: Row) -> Sample:
    place, path, size, mtime_ns, added_at, changed_at = row
    id_ = f"{number:016x}{place:016x}"
    return Sample(id=id_, path=path, size=size, mtime_ns=mtime_ns, added_at=added_at, changed_at=changed_at)


def _pass(job: str, row: Row) -> Pass:
    number, attempt, expected, started_at, finished_at, cursor, passed = row[:7]
    listed, added, changed, deleted, unchanged, skipped, labels_read, labels_refused, series = row[7:]
    return Pass(
        job=job,
        dataset=number,
        attempt=attempt,
        expected=expected,
        started_at=started_at,
        finished_at=finished_at,
        cursor=cursor,
        passed=bool(passed),
        counts=Counts(
            listed=listed,
            added=added,
            changed=changed,
            deleted=deleted,
            unchanged=unchanged,
            skipped=skipped,
            labels_read=labels_read,
            labels_refused=labels_refused,
        ),
        series=_series(series),
    )
