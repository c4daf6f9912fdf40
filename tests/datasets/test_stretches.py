from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from jobyard.datasets import stretches
from jobyard.datasets.messages import Applied, Batch, Entry, fingerprint, unpacked
from jobyard.datasets.record import DatasetChanges, Purpose
from jobyard.job.record import Job
from jobyard.kinds import Declined
from jobyard.store.contract import Transaction
from tests.datasets.yard import ADA, Killed, Yard, counts, fill, listed, put
from tests.rehearsal import Rehearsal

pytestmark = pytest.mark.usefixtures("small_batches")


def batches(rehearsal: Rehearsal) -> list[Batch]:
    return [payload for verb, payload in rehearsal.calls if verb == "datasets.apply"]


def again(yard: Yard, **given: Any) -> tuple[dict[str, Any], list[Batch]]:
    """Synchronize; return the result and what was sent."""
    rehearsal = yard.rehearse(yard.claim(yard.submit(**given)))
    result = yard.run(rehearsal)
    yard.finish(rehearsal.job)
    assert yard.stored() == listed(yard.source)
    yard.check_counters()
    return result, batches(rehearsal)


def kept(yard: Yard) -> list[tuple[bytes, bytes | None]]:
    """Return where the stretches begin and end that are kept of the only dataset."""

    def work(transaction: Transaction) -> list[tuple[bytes, bytes | None]]:
        found, start = list[tuple[bytes, bytes | None]](), b""
        number = yard.get().number
        while known := stretches.ahead(transaction, number, start):
            ahead = known[0]
            if ahead.digest:
                found.append((start, ahead.upto))
            if ahead.upto is None:
                break
            start = ahead.upto
        return found

    return yard.write(work)


def test_what_is_as_it_was_is_told_without_its_files(yard: Yard) -> None:
    yard.create()
    fill(yard, 68)
    yard.synchronize()
    result, sent = again(yard)
    assert counts(result) == (0, 0, 0, 68)
    assert len(sent) == 7
    assert all(batch.digest and not batch.entries for batch in sent)


def test_only_the_stretch_that_changed_is_told_file_by_file(yard: Yard) -> None:
    yard.create()
    fill(yard, 68)
    yard.synchronize()
    before = kept(yard)
    files = listed(yard.source)
    (yard.source / files[25][0].decode()).unlink()
    put(yard.source, files[33][0], b"another size")
    put(yard.source, files[41][0].decode() + "-new")
    result, sent = again(yard)
    assert counts(result) == (1, 1, 1, 66)
    assert [bool(batch.digest) for batch in sent] == [True, True, False, False, False, True, True]
    assert kept(yard) == before
    result, sent = again(yard)
    assert all(batch.digest for batch in sent)


def test_a_stretch_that_grew_is_kept_in_halves(yard: Yard) -> None:
    yard.create()
    fill(yard, 65)
    yard.synchronize()
    before = kept(yard)
    for number in range(6):
        put(yard.source, f"3/00010.jpg-{number}")
    result, _ = again(yard)
    assert counts(result) == (6, 0, 0, 65)
    after = kept(yard)
    assert len(after) == len(before) + 1
    assert {upto for _, upto in before} < {upto for _, upto in after}
    result, sent = again(yard)
    assert counts(result) == (0, 0, 0, 71)
    assert all(batch.digest for batch in sent)


def test_many_files_between_two_others_make_stretches_of_their_own(yard: Yard) -> None:
    yard.create()
    fill(yard, 35)
    yard.synchronize()
    for number in range(200):
        put(yard.source, f"3/new-{number:03}.jpg")
    result, _ = again(yard)
    assert counts(result) == (200, 0, 0, 35)
    result, sent = again(yard)
    assert counts(result) == (0, 0, 0, 235)
    assert all(batch.digest for batch in sent)


def test_a_dataset_that_shrinks_does_not_go_to_pieces(yard: Yard) -> None:
    yard.create()
    fill(yard, 300)
    yard.synchronize()
    for place, entry in enumerate(listed(yard.source)):
        if place % 10:
            (yard.source / entry[0].decode()).unlink()
    assert counts(again(yard)[0]) == (0, 0, 270, 30)
    assert kept(yard) == []
    assert len(again(yard)[1]) == 4


def test_the_first_stretches_may_be_gone_where_others_are_there(yard: Yard) -> None:
    yard.create()
    fill(yard, 70)
    yard.synchronize()
    for number in range(70):
        if number % 7 < 4:
            (yard.source / f"{number % 7}/{number:05}.jpg").unlink()
    assert counts(again(yard)[0]) == (0, 0, 40, 30)


def test_a_source_of_links_alone_is_empty(yard: Yard) -> None:
    yard.create()
    fill(yard, 70)
    yard.synchronize()
    for entry in listed(yard.source):
        file = yard.source / entry[0].decode()
        file.unlink()
        file.symlink_to("elsewhere")
    with pytest.raises(Declined, match="No file was found"):
        yard.synchronize()
    assert len(yard.stored()) == 70


@pytest.mark.parametrize("survived", range(1, 9))
def test_what_is_skipped_between_stretches_counts_once_whenever_an_attempt_dies(yard: Yard, survived: int) -> None:
    yard.create()
    fill(yard, 70)
    yard.synchronize()
    for number in range(70):
        (yard.source / f"{number % 7}/{number:05}.jpg-link").symlink_to("x")
    for number in range(14, 42):
        (yard.source / f"{number % 7}/{number:05}.jpg").unlink()
    job = yard.claim(yard.submit())
    with pytest.raises(Killed):
        yard.run(yard.rehearse(job, calls=survived))
    yard.lose(job)
    result = yard.run(yard.rehearse(yard.claim(job)))
    assert (counts(result), result["skipped"]) == ((0, 0, 28, 42), 70)
    assert yard.stored() == listed(yard.source)


def test_a_sample_that_somebody_deleted_comes_back_from_a_source_that_is_as_it_was(yard: Yard) -> None:
    yard.create()
    fill(yard, 40)
    yard.synchronize()
    samples = yard.ask(yard.datasets.samples(ADA, "cats", limit=500)).samples
    yard.ask(yard.datasets.delete_samples(ADA, "cats", [samples[17].id]))
    assert len(yard.stored()) == 39
    assert counts(again(yard)[0]) == (1, 0, 0, 39)


def test_a_sample_deleted_while_its_stretch_is_told_comes_back(yard: Yard) -> None:
    yard.create()
    fill(yard, 45)
    yard.synchronize()
    last = yard.ask(yard.datasets.samples(ADA, "cats", limit=500)).samples[-1]
    job = yard.claim(yard.submit())

    def interrupted(verb: str, payload: Any) -> Any:
        answer = yard.call(job, verb, payload)
        if len(rehearsal.calls) == 3:
            yard.ask(yard.datasets.delete_samples(ADA, "cats", [last.id]))
        return answer

    rehearsal = Rehearsal(job, yard.attempts / "interrupted", interrupted)
    assert counts(yard.run(rehearsal)) == (1, 0, 0, 44)
    assert yard.stored() == listed(yard.source)
    yard.check_counters()


def entries(*paths: bytes) -> list[Entry]:
    return [(path, 1, 1, "") for path in paths]


def apply(yard: Yard, job: Job, start: bytes, upto: bytes | None, *paths: bytes, digest: bytes = b"") -> Applied:
    batch = {"start": start, "entries": entries(*paths), "upto": upto, "skipped": 0, "digest": digest}
    return unpacked(yard.call(job, "datasets.apply", batch), Applied)


def begun(yard: Yard) -> Job:
    job = yard.claim(yard.submit())
    yard.call(job, "datasets.open")
    return job


def test_a_digest_that_is_not_the_known_one_changes_nothing(yard: Yard) -> None:
    yard.create()
    job = begun(yard)
    apply(yard, job, b"", b"d", b"a", b"b", b"c", b"d")
    apply(yard, job, b"d", None, b"e", b"f", b"g", b"h")
    yard.call(job, "datasets.finish")
    yard.finish(job)
    first = fingerprint(entries(b"a", b"b", b"c", b"d"), [], labelled=False)
    job = begun(yard)
    for start, upto, digest in ((b"", b"c", first), (b"", None, first), (b"", b"d", b"x" * 32), (b"", b"d", first[:9])):
        applied = apply(yard, job, start, upto, digest=digest)
        assert (applied.cursor, applied.counts.listed) == (b"", 0)
        assert applied.ahead is not None
        assert (applied.ahead.upto, applied.ahead.digest) == (b"d", first)
    applied = apply(yard, job, b"", b"d", digest=first)
    assert (applied.cursor, applied.counts.listed, applied.counts.unchanged) == (b"d", 4, 4)
    assert apply(yard, job, b"", b"d", digest=first) == applied


def test_a_stretch_is_forgotten_also_where_another_begins_or_ends_inside_it(yard: Yard) -> None:
    yard.create()
    number = yard.get().number

    def told(transaction: Transaction, start: bytes, upto: bytes | None, *paths: bytes) -> None:
        stretches.forget(transaction, number, start, upto)
        batch = Batch(start=start, entries=entries(*paths), upto=upto, skipped=0)
        stretches.keep(transaction, number, batch, labelled=False)

    def work(transaction: Transaction, start: bytes, upto: bytes | None) -> None:
        stretches.forget(transaction, number, b"", None)
        told(transaction, b"", b"d", b"a", b"b", b"c", b"d")
        told(transaction, b"d", b"h", b"e", b"f", b"g", b"h")
        told(transaction, b"h", None, b"i", b"j", b"k", b"l")
        stretches.forget(transaction, number, start, upto)

    for start, upto, left in (
        (b"", b"a", [(b"d", b"h"), (b"h", None)]),
        (b"d", b"h", [(b"", b"d"), (b"h", None)]),
        (b"e", b"f", [(b"", b"d"), (b"h", None)]),
        (b"e", b"j", [(b"", b"d")]),
        (b"z", None, [(b"", b"d"), (b"d", b"h")]),
        (b"c", None, []),
    ):
        yard.write(partial(work, start=start, upto=upto))
        assert kept(yard) == left, (start, upto)


def test_stretches_go_with_their_dataset(yard: Yard) -> None:
    yard.create()
    number = yard.get().number
    fill(yard, 40)
    yard.synchronize()
    yard.ask(yard.datasets.delete(ADA, "cats"))
    assert yard.write(lambda transaction: stretches.ahead(transaction, number, b"")) == []


def test_labels_that_shall_be_read_now_are_read_from_a_source_that_is_as_it_was(yard: Yard) -> None:
    yard.create(purpose=Purpose.IMAGE_CLASSIFICATION, read_labels=False)
    for number in range(30):
        put(yard.source, f"{number:02}.jpg", b"x")
        put(yard.source, f"{number:02}.txt", b"cat\n")
    assert yard.synchronize()["labels_read"] == 0
    yard.ask(yard.datasets.update(ADA, "cats", DatasetChanges(read_labels=True)))
    assert yard.synchronize()["labels_read"] == 30
    assert yard.synchronize()["labels_read"] == 0
    yard.ask(yard.datasets.update(ADA, "cats", DatasetChanges(read_labels=False)))
    (yard.source / "07.txt").unlink()
    yard.synchronize()
    yard.ask(yard.datasets.update(ADA, "cats", DatasetChanges(read_labels=True)))
    put(yard.source, "08.txt", b"dog and cat\n")
    assert yard.synchronize()["labels_read"] == 1
    assert yard.get().annotated == 29
    yard.ask(yard.datasets.update(ADA, "cats", DatasetChanges(read_labels=False)))
    for number in range(30):
        (yard.source / f"{number:02}.txt").unlink(missing_ok=True)
    yard.synchronize()
    yard.ask(yard.datasets.update(ADA, "cats", DatasetChanges(read_labels=True)))
    yard.synchronize()
    assert yard.get().annotated == 0


def test_a_batch_is_cut_where_nothing_was_compared(yard: Yard) -> None:
    yard.create()
    fill(yard, 25)
    rehearsal = yard.rehearse(yard.claim(yard.submit()))
    yard.run(rehearsal)
    assert [len(batch.entries) for batch in batches(rehearsal)] == [10, 10, 5]
