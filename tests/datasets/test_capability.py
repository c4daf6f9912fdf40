from __future__ import annotations

from typing import Any

import msgspec
import pytest

from jobyard.access.vault import Vault
from jobyard.datasets.capability import DatasetCapability
from jobyard.datasets.messages import Applied, Opened, packed, unpacked
from jobyard.engine.capability import Capability
from jobyard.job.errors import Conflict, Invalid, NotFound
from jobyard.job.record import Job
from tests.datasets.yard import Yard


@pytest.fixture
def job(yard: Yard) -> Job:
    yard.create()
    return yard.claim(yard.submit())


def apply(yard: Yard, job: Job, start: bytes, upto: bytes | None, *paths: bytes, skipped: int = 0) -> Applied:
    entries = [(path, 1, 1, "") for path in paths]
    batch = {"start": start, "entries": entries, "upto": upto, "skipped": skipped}
    return unpacked(yard.call(job, "datasets.apply", batch), Applied)


def test_it_is_a_capability() -> None:
    capability: Capability = DatasetCapability([], Vault(bytes(32)))
    assert capability.name == "datasets"
    assert capability.kinds == {"dataset.sync"}


def test_it_opens_where_nothing_was_compared(yard: Yard, job: Job) -> None:
    opened = unpacked(yard.call(job, "datasets.open"), Opened)
    assert (opened.name, opened.source, opened.expected) == ("cats", str(yard.source), 0)
    assert opened.roots == (str(yard.root),)
    assert (opened.applied.cursor, opened.applied.passed) == (b"", False)
    assert opened == unpacked(yard.call(job, "datasets.open"), Opened)


def test_a_repeated_batch_is_answered_with_where_it_stands(yard: Yard, job: Job) -> None:
    yard.call(job, "datasets.open")
    first = apply(yard, job, b"", b"b", b"a", b"b", skipped=2)
    assert (first.cursor, first.counts.added, first.counts.listed, first.counts.skipped) == (b"b", 2, 2, 2)
    assert apply(yard, job, b"", b"b", b"a", b"b", skipped=2) == first
    second = apply(yard, job, b"b", b"c", b"c")
    assert second.counts.listed == 3
    assert apply(yard, job, b"", b"b", b"a", b"b") == second
    assert apply(yard, job, b"x", b"y", b"y") == second
    last = apply(yard, job, b"c", None, b"d")
    assert (last.passed, last.cursor, last.counts.listed) == (True, b"c", 4)
    assert apply(yard, job, b"c", None, b"d") == last
    assert apply(yard, job, b"d", None) == last
    assert [path for path, *_ in yard.stored()] == [b"a", b"b", b"c", b"d"]
    yard.check_counters()


def test_what_a_batch_does_not_reach_is_not_touched(yard: Yard, job: Job) -> None:
    yard.call(job, "datasets.open")
    apply(yard, job, b"", None, b"a", b"b", b"c", b"d")
    yard.call(job, "datasets.finish")
    yard.finish(job)
    again = yard.claim(yard.submit())
    yard.call(again, "datasets.open")
    applied = apply(yard, again, b"", b"b", b"b")
    assert (applied.counts.deleted, applied.counts.unchanged) == (1, 1)
    applied = apply(yard, again, b"b", b"cc")
    assert applied.counts.deleted == 2
    assert [path for path, *_ in yard.stored()] == [b"b", b"d"]


def test_it_is_not_finished_before_its_end(yard: Yard, job: Job) -> None:
    with pytest.raises(Conflict, match="not opened"):
        yard.call(job, "datasets.finish")
    with pytest.raises(Conflict, match="not opened"):
        apply(yard, job, b"", None)
    yard.call(job, "datasets.open")
    with pytest.raises(Conflict, match="not listed to its end"):
        yard.call(job, "datasets.finish")
    apply(yard, job, b"", None, b"a")
    first = yard.call(job, "datasets.finish")
    assert first == yard.call(job, "datasets.finish")
    assert first["changes"] == [("added", b"a")]
    assert (first["samples"], first["size"]) == (1, 1)


KEPT = {"digest": b"x", "leaves": b""}


def part(start: bytes, upto: bytes | None, *paths: bytes) -> dict[str, Any]:
    return {"start": start, "upto": upto, "entries": [(path, 1, 1, "") for path in paths]}


WRONG_BATCHES: list[Any] = [
    None,
    [],
    {},
    {"start": b"", "entries": [], "upto": None},
    {"start": b"", "entries": [], "upto": None, "skipped": 0, "more": 1},
    {"start": b"", "entries": [], "upto": None, "skipped": -1},
    {"start": "", "entries": [(1, 1, 1)], "upto": None, "skipped": 0},
    {"start": b"", "entries": [(b"a", 1)], "upto": None, "skipped": 0},
    {"start": b"", "entries": [(b"a", "1", 1, "")], "upto": None, "skipped": 0},
    {"start": b"", "entries": [(b"a", -1, 1, "")], "upto": None, "skipped": 0},
    {"start": b"", "entries": [(b"a", 2**63, 1, "")], "upto": None, "skipped": 0},
    {"start": b"", "entries": [(b"a", 1, 2**63, "")], "upto": None, "skipped": 0},
    {"start": b"", "entries": [(b"b", 1, 1, ""), (b"a", 1, 1, "")], "upto": None, "skipped": 0},
    {"start": b"", "entries": [(b"a", 1, 1, ""), (b"a", 1, 1, "")], "upto": None, "skipped": 0},
    {"start": b"", "entries": [(b"", 1, 1, "")], "upto": None, "skipped": 0},
    {"start": b"", "entries": [(b"a\0", 1, 1, "")], "upto": None, "skipped": 0},
    {"start": b"", "entries": [(b"a" * 2049, 1, 1, "")], "upto": None, "skipped": 0},
    {"start": b"b", "entries": [(b"a", 1, 1, "")], "upto": None, "skipped": 0},
    {"start": b"", "entries": [(b"b", 1, 1, "")], "upto": b"a", "skipped": 0},
    {"start": b"", "entries": [], "upto": b"", "skipped": 0},
    {"start": b"b", "entries": [], "upto": b"a", "skipped": 0},
    {"start": b"", "entries": [(b"a", 1, 1, "")], "upto": None, "skipped": 0, "digest": b"x"},
    {"start": b"", "entries": [], "label_files": [(b"a", 1, 1, "")], "upto": None, "skipped": 0, "digest": b"x"},
    {"start": b"", "entries": [], "upto": None, "skipped": 0, "digest": "x"},
    *(
        {"start": b"b", "entries": [], "upto": b"y", "skipped": 0, "digest": b"x", "kept": KEPT, **wrong}
        for wrong in (
            {},
            {"parts": [part(b"c", b"d")], "kept": None},
            {"parts": [part(b"c", b"d")], "digest": b""},
            {"parts": [part(b"c", b"d")], "entries": [(b"c", 1, 1, "")]},
            {"parts": [part(b"a", b"d")]},
            {"parts": [part(b"c", b"z")]},
            {"parts": [part(b"c", None)]},
            {"parts": [part(b"c", b"c")]},
            {"parts": [part(b"c", b"f"), part(b"e", b"g")]},
            {"parts": [part(b"e", b"f"), part(b"c", b"d")]},
            {"parts": [part(b"c", None), part(b"x", b"y")], "upto": None},
            {"parts": [part(b"c", b"d", b"e")]},
            {"parts": [part(b"c", b"e", b"c")]},
            {"parts": [part(b"c", b"g", b"e", b"d")]},
            {"parts": [part(b"c", b"y", *(b"d%05d" % number for number in range(8001)))]},
            {"parts": [part(b"c", b"d")], "kept": {**KEPT, "digest": b"x" * 65}},
            {"parts": [part(b"c", b"d")], "kept": {**KEPT, "leaves": b"x" * 160_001}},
        )
    ),
    {"start": b"", "entries": [(b"%05d" % n, 1, 1, "") for n in range(8001)], "upto": None, "skipped": 0},
]


def test_a_batch_that_is_no_sorted_stretch_changes_nothing(yard: Yard, job: Job) -> None:
    yard.call(job, "datasets.open")
    for batch in WRONG_BATCHES:
        with pytest.raises(Invalid):
            yard.call(job, "datasets.apply", batch)
    assert yard.stored() == []


def test_batches_come_together_or_not_at_all(yard: Yard, job: Job) -> None:
    yard.call(job, "datasets.open")
    good = {"start": b"", "entries": [(b"a", 1, 1, "")], "upto": b"b", "skipped": 0}
    for wrong in ([], [good, WRONG_BATCHES[5]], [good] * 101):
        with pytest.raises(Invalid):
            yard.call(job, "datasets.apply_all", {"batches": wrong})
    assert yard.stored() == []
    last = {"start": b"b", "entries": [(b"c", 1, 1, "")], "upto": None, "skipped": 2}
    applied = unpacked(yard.call(job, "datasets.apply_all", {"batches": [good, good, last]}), Applied)
    assert (applied.passed, applied.counts.added, applied.counts.skipped) == (True, 2, 2)
    assert applied == unpacked(yard.call(job, "datasets.apply_all", {"batches": [good, good, last]}), Applied)


def test_a_job_without_its_dataset_is_told_so(yard: Yard, job: Job) -> None:
    for resource in (None, {"type": "task", "id": "x"}, {"type": "dataset", "id": "0" * 32}):
        other = msgspec.structs.replace(job, resource=msgspec.convert(resource, type=type(job.resource) | None))
        with pytest.raises(NotFound):
            yard.call(other, "datasets.open")


def test_other_verbs_do_not_exist(yard: Yard, job: Job) -> None:
    with pytest.raises(NotFound, match=r"There is no verb datasets\.drop"):
        yard.call(job, "datasets.drop")


def test_messages_travel_as_msgpack(yard: Yard, job: Job) -> None:
    opened = yard.call(job, "datasets.open")
    assert unpacked(msgspec.msgpack.decode(msgspec.msgpack.encode(opened)), Opened) == unpacked(opened, Opened)
    assert packed(unpacked(opened, Opened)) == opened
