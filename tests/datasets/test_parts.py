"""Stretches that changed in places: told in parts, several together, and each counted once whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobyard.datasets import leaves, stretches, sync
from jobyard.datasets.record import Purpose
from jobyard.job.clock import SECOND
from jobyard.job.record import Job
from jobyard.kinds import Declined
from tests.datasets.test_stretches import again, batches, kept
from tests.datasets.yard import ADA, Killed, Yard, counts, fill, listed, put
from tests.rehearsal import Rehearsal

pytestmark = pytest.mark.usefixtures("small_batches", "small_leaves")


@pytest.fixture
def small_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaves, "LEAF", 2)


def test_of_a_stretch_only_the_files_near_those_that_changed_are_told(yard: Yard) -> None:
    yard.create()
    fill(yard, 68)
    yard.synchronize()
    before, files = kept(yard), listed(yard.source)
    (yard.source / files[25][0].decode()).unlink()
    put(yard.source, files[33][0], b"another size")
    put(yard.source, files[41][0].decode() + "-new")
    for number in (54, 55, 56, 57):
        (yard.source / files[number][0].decode()).unlink()
    result, sent = again(yard)
    assert counts(result) == (1, 1, 5, 62)
    assert [sum(len(part.entries) for part in batch.parts) for batch in sent] == [0, 0, 4, 3, 4, 1, 0]
    assert all(batch.digest and not batch.entries for batch in sent)
    assert kept(yard) == before
    result, sent = again(yard)
    assert counts(result) == (0, 0, 0, 64)
    assert not any(batch.parts for batch in sent)


def test_label_files_are_told_in_parts_too(yard: Yard) -> None:
    yard.create(purpose=Purpose.IMAGE_CLASSIFICATION)
    for number in range(40):
        put(yard.source, f"{number:02}.jpg", b"x")
        put(yard.source, f"{number:02}.txt", b"cat\n")
    yard.synchronize()
    put(yard.source, "07.txt", b"dog and cat\n")
    (yard.source / "23.txt").unlink()
    (yard.source / "31.jpg").unlink()
    (yard.source / "32.jpg").unlink()
    put(yard.source, "33-2.jpg", b"y")
    put(yard.source, "33-2.txt", b"bird\n")
    rehearsal = yard.rehearse(yard.claim(yard.submit()))
    result = yard.run(rehearsal)
    assert (counts(result), result["labels_read"]) == ((1, 0, 2, 38), 2)
    parts = [part for batch in batches(rehearsal) for part in batch.parts]
    assert parts
    assert sum(len(part.label_files) for part in parts) < 20
    uses = yard.ask(yard.datasets.statistics(ADA, "cats")).labels
    assert {use.label.name: use.samples for use in uses} == {"cat": 36, "dog and cat": 1, "bird": 1}
    yard.finish(rehearsal.job)
    result = yard.synchronize()
    assert (counts(result), result["labels_read"]) == ((0, 0, 0, 39), 0)


@pytest.mark.parametrize("survived", range(2, 8))
def test_parts_count_once_whenever_an_attempt_dies(yard: Yard, survived: int) -> None:
    yard.create()
    fill(yard, 60)
    yard.synchronize()
    for place, entry in enumerate(listed(yard.source)):
        if place % 10 == 4:
            (yard.source / entry[0].decode()).unlink()
            put(yard.source, entry[0].decode() + "-new")
    job = yard.claim(yard.submit())
    with pytest.raises(Killed):
        yard.run(yard.rehearse(job, calls=survived))
    yard.lose(job)
    assert counts(yard.run(yard.rehearse(yard.claim(job)))) == (6, 0, 6, 54)
    assert yard.stored() == listed(yard.source)
    yard.check_counters()


def test_more_than_was_allowed_is_not_deleted_in_parts_either(yard: Yard) -> None:
    yard.create()
    fill(yard, 60)
    yard.synchronize()
    for place, entry in enumerate(listed(yard.source)):
        if place % 10 == 4:
            (yard.source / entry[0].decode()).unlink()
    with pytest.raises(Declined, match="More than 3"):
        yard.synchronize(delete_limit=3)
    assert len(yard.stored()) == 57
    yard.check_counters()
    assert counts(again(yard)[0]) == (0, 0, 3, 54)


@pytest.fixture
def several_at_once(small_batches: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four stretches are told ahead, however long each takes."""
    monkeypatch.setattr(stretches, "AT_ONCE", 4)
    monkeypatch.setattr(sync, "_PATIENCE", 600 * SECOND)


def applied_calls(rehearsal: Rehearsal) -> list[int]:
    """Return how many batches each call told."""
    sent = [(verb, payload) for verb, payload in rehearsal.calls if verb.startswith("datasets.apply")]
    return [len(payload.batches) if verb == "datasets.apply_all" else 1 for verb, payload in sent]


@pytest.mark.usefixtures("several_at_once")
def test_batches_that_say_little_are_sent_together(yard: Yard) -> None:
    yard.create()
    fill(yard, 128)
    yard.synchronize()
    files = listed(yard.source)
    put(yard.source, files[63][0], b"another size")
    (yard.source / files[75][0].decode()).unlink()
    rehearsal = yard.rehearse(yard.claim(yard.submit()))
    assert counts(yard.run(rehearsal)) == (0, 1, 1, 126)
    # The first one with samples goes alone; the last one takes along those that wait.
    assert applied_calls(rehearsal) == [1, 4, 4, 4]
    assert yard.stored() == listed(yard.source)
    yard.check_counters()


class Late(Rehearsal):
    """Hears each answer only when it asks for it, as work beside the house does."""

    def __init__(self, job: Job, folder: Path, call: Callable[[str, Any], Any]) -> None:
        super().__init__(job, folder, call)
        self.order: list[str] = []

    def ask(self, verb: str, payload: Any = None) -> Callable[[], Any]:
        self.order.append("sent")
        answer = super().ask(verb, payload)

        def heard() -> Any:
            self.order.append("heard")
            return answer()

        return heard


@pytest.mark.usefixtures("several_at_once")
@pytest.mark.parametrize("deleted_at", [None, 2, 3, 4])
def test_it_lists_on_while_the_house_takes_what_was_sent(
    yard: Yard, deleted_at: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretches, "AT_ONCE", 12)
    yard.create()
    fill(yard, 258)
    yard.synchronize()
    samples = yard.ask(yard.datasets.samples(ADA, "cats", limit=500)).samples
    for place, entry in enumerate(listed(yard.source)):
        if place % 10 == 2:
            put(yard.source, entry[0], b"another size")
    job = yard.claim(yard.submit())

    def interrupted(verb: str, payload: Any) -> Any:
        answer = yard.call(job, verb, payload)
        if len(rehearsal.calls) == deleted_at:
            yard.ask(yard.datasets.delete_samples(ADA, "cats", [samples[187].id]))
        return answer

    rehearsal = Late(job, yard.attempts / "late", interrupted)
    result = yard.run(rehearsal)
    assert result["samples"] == 258
    assert counts(result)[0] == (deleted_at is not None)
    assert rehearsal.order
    assert rehearsal.order == ["sent", "heard"] * (len(rehearsal.order) // 2)
    assert yard.stored() == listed(yard.source)
    yard.check_counters()
    yard.finish(job)
    assert counts(yard.synchronize()) == (0, 0, 0, 258)


@pytest.mark.usefixtures("several_at_once")
@pytest.mark.parametrize("survived", range(2, 5))
def test_batches_sent_together_count_once_whenever_an_attempt_dies(yard: Yard, survived: int) -> None:
    yard.create()
    fill(yard, 128)
    yard.synchronize()
    files = listed(yard.source)
    for place in (3, 44, 63, 97):
        (yard.source / files[place][0].decode()).unlink()
    for place in (48, 100):
        put(yard.source, files[place][0].decode() + "-new")
    (yard.source / "5" / "link.jpg").symlink_to("x")
    job = yard.claim(yard.submit())
    with pytest.raises(Killed):
        yard.run(yard.rehearse(job, calls=survived))
    yard.lose(job)
    result = yard.run(yard.rehearse(yard.claim(job)))
    assert (counts(result), result["skipped"]) == ((2, 0, 4, 124), 1)
    assert yard.stored() == listed(yard.source)
    yard.check_counters()


@pytest.mark.usefixtures("several_at_once")
def test_batches_behind_one_that_went_astray_are_told_anew(yard: Yard) -> None:
    yard.create()
    fill(yard, 128)
    yard.synchronize()
    samples = yard.ask(yard.datasets.samples(ADA, "cats", limit=500)).samples
    job = yard.claim(yard.submit())

    def interrupted(verb: str, payload: Any) -> Any:
        answer = yard.call(job, verb, payload)
        if len(rehearsal.calls) == 2:
            yard.ask(yard.datasets.delete_samples(ADA, "cats", [samples[33].id]))
        return answer

    rehearsal = Rehearsal(job, yard.attempts / "interrupted", interrupted)
    assert counts(yard.run(rehearsal)) == (1, 0, 0, 127)
    assert yard.stored() == listed(yard.source)
    yard.check_counters()
