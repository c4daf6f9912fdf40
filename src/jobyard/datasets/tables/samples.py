"""Samples by number: pages of those that fit a filter, whole ones, and their removal one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from jobyard.datasets.record import Sample, SampleFilter
from jobyard.datasets.tables.statements import QUERIES, listed
from jobyard.store.contract import Transaction, View


class State(NamedTuple):
    """What is known of a sample's labels."""

    annotated: bool
    """It carries one."""
    by_hand: bool
    """A person had a hand in that."""


def meant(
    view: View, dataset: int, wanted: SampleFilter, label: int | None, behind: int, offset: int, limit: int
) -> list[int]:
    """Return the numbers of samples that fit a filter, above `behind` and from a place on; `label` is its number."""
    parameters: dict[str, object] = {"dataset": dataset, "behind": behind, "offset": offset, "limit": limit}
    name = "texted" if wanted.text else "numbered"
    if wanted.text:
        parameters["text"] = wanted.text.encode("utf-8", "surrogateescape") if _is_path(wanted.text) else b"\0"
    if label is not None:
        if wanted.annotated is False:
            return []
        name, parameters["label"] = f"{name}_carrying", label
    elif wanted.annotated is not None:
        name, parameters["annotated"] = f"{name}_labelled", int(wanted.annotated)
    return [row[0] for row in view.rows(QUERIES[name], parameters)]


def whole(view: View, dataset: int, numbers: Iterable[int]) -> list[tuple[int, Sample, State]]:
    """Return samples by their numbers, in order; those that are not there are left out."""
    rows = view.rows(QUERIES["samples_numbered"], {"dataset": dataset, "numbers": listed(numbers)})
    return [
        (
            number,
            Sample(
                id=f"{dataset:016x}{number:016x}",
                path=path,
                size=size,
                mtime_ns=mtime_ns,
                added_at=added_at,
                changed_at=changed_at,
            ),
            State(bool(annotated), bool(by_hand)),
        )
        for number, path, size, mtime_ns, added_at, changed_at, _, annotated, by_hand in rows
    ]


def known(view: View, dataset: int, numbers: Iterable[int]) -> set[int]:
    """Return those of the numbers that samples of a dataset have."""
    rows = view.rows(QUERIES["known_numbers"], {"dataset": dataset, "numbers": listed(numbers)})
    return {row[0] for row in rows}


def annotated_between(view: View, dataset: int, first: bytes, last: bytes) -> list[int]:
    """Return the numbers of samples of a stretch of paths, both ends included, that carry a label."""
    parameters = {"dataset": dataset, "first": first, "last": last}
    return [row[0] for row in view.rows(QUERIES["annotated_between"], parameters)]


def between(view: View, dataset: int, first: bytes, last: bytes) -> list[int]:
    """Return the numbers of all samples of a stretch of paths, both ends included."""
    parameters = {"dataset": dataset, "first": first, "last": last}
    return [row[0] for row in view.rows(QUERIES["numbers_between"], parameters)]


def states(view: View, dataset: int, numbers: Iterable[int]) -> dict[int, State]:
    """Return the states of samples by their numbers; those that are not there are left out."""
    rows = view.rows(QUERIES["sample_states"], {"dataset": dataset, "numbers": listed(numbers)})
    return {number: State(bool(annotated), bool(by_hand)) for number, annotated, by_hand in rows}


def delete(transaction: Transaction, dataset: int, samples: Sequence[Sample]) -> None:
    """Remove samples and take them out of the counters; what was said of them is gone already."""
    transaction.run(QUERIES["forget_stretches"], {"dataset": dataset})
    transaction.run_many(QUERIES["delete_sample"], [{"dataset": dataset, "path": one.path} for one in samples])
    parameters = {"dataset": dataset, "samples": len(samples), "size": sum(one.size for one in samples)}
    transaction.run(QUERIES["count_deleted"], parameters)


def _is_path(text: str) -> bool:
    """Tell whether a path can contain a text, in which bytes that are no UTF-8 stand as U+DC80 and up."""
    return not any(0xD800 <= ord(character) < 0xDC80 or 0xDD00 <= ord(character) < 0xE000 for character in text)
