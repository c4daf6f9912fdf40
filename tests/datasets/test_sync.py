from __future__ import annotations

import csv
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from jobyard.datasets import rows, sync
from jobyard.job import moves
from jobyard.kinds import Cancelled, Registry
from tests.datasets.yard import ADA, Killed, Yard, counts, fill, listed, put

pytestmark = pytest.mark.usefixtures("small_batches")


def test_the_house_has_the_kind() -> None:
    assert Registry.installed().kind("dataset.sync") is sync.DatasetSync


def test_the_first_pass_adds_everything_and_the_second_finds_it_unchanged(yard: Yard) -> None:
    dataset = yard.create()
    assert (dataset.samples, dataset.synced_at, dataset.last_job) == (0, None, None)
    fill(yard, 95)
    first = yard.synchronize()
    assert first == {
        "samples": 95, "added": 95, "changed": 0, "deleted": 0, "unchanged": 0, "size": 285, "skipped": 0,
        "labels_read": 0, "labels_refused": 0,
    }  # fmt: skip
    assert yard.stored() == listed(yard.source)
    yard.check_counters()
    assert counts(yard.synchronize()) == (0, 0, 0, 95)
    assert yard.get().synced_at is not None
    assert yard.get().last_job is not None


def test_changes_are_told_apart(yard: Yard) -> None:
    yard.create()
    fill(yard, 50)
    yard.synchronize()
    before = {sample.path: sample for sample in yard.ask(yard.datasets.samples(ADA, "cats", limit=500)).samples}
    (yard.source / "3/00003.jpg").unlink()
    put(yard.source, "3/00010.jpg", b"longer than before")
    os.utime(yard.source / "3/00017.jpg", ns=(5, 5))
    put(yard.source, "new.jpg")
    result = yard.synchronize()
    assert counts(result) == (1, 2, 1, 47)
    assert yard.stored() == listed(yard.source)
    yard.check_counters()
    after = {sample.path: sample for sample in yard.ask(yard.datasets.samples(ADA, "cats", limit=500)).samples}
    assert after[b"3/00010.jpg"].id == before[b"3/00010.jpg"].id
    assert after[b"3/00010.jpg"].changed_at > before[b"3/00010.jpg"].changed_at
    assert after[b"3/00010.jpg"].added_at == before[b"3/00010.jpg"].added_at
    assert after[b"3/00024.jpg"] == before[b"3/00024.jpg"]
    assert after[b"new.jpg"].id not in {sample.id for sample in before.values()}


def test_the_changes_are_written_down_and_harmless_to_a_spreadsheet(yard: Yard) -> None:
    yard.create()
    names = [b'=HYPERLINK("x")', b"+1", b"-1", b"@SUM", b"plain,with comma", b"two\nlines", b"\xff", "ü".encode()]
    for name in names:
        put(yard.source, name)
    rehearsal = yard.rehearse(yard.claim(yard.submit()))
    yard.run(rehearsal)
    with (rehearsal.results / "changes.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == ["change", "path"]
    assert {tuple(line) for line in lines[1:]} == {
        ("added", "'=HYPERLINK(\"x\")"), ("added", "'+1"), ("added", "'-1"), ("added", "'@SUM"),
        ("added", "plain,with comma"), ("added", "two\\u000alines"), ("added", "\\xff"), ("added", "ü"),
    }  # fmt: skip


def test_only_the_first_thousand_changes_are_named(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobyard.datasets.capability.CHANGES_LIMIT", 25)
    yard.create()
    fill(yard, 40)
    rehearsal = yard.rehearse(yard.claim(yard.submit()))
    yard.run(rehearsal)
    lines = (rehearsal.results / "changes.csv").read_text().splitlines()
    assert lines[1:] == [f"added,{path.decode()}" for path, *_ in listed(yard.source)[:25]]


def test_progress_counts_up_to_what_was_there_before(yard: Yard) -> None:
    yard.create()
    fill(yard, 25)
    rehearsal = yard.rehearse(yard.claim(yard.submit()))
    yard.run(rehearsal)
    assert [(done, total) for done, total, _ in rehearsal.told] == [(10, None), (20, None), (25, None), (25, 25)]
    yard.finish(rehearsal.job)
    rehearsal = yard.rehearse(yard.claim(yard.submit()))
    yard.run(rehearsal)
    assert [(done, total) for done, total, _ in rehearsal.told] == [(10, 25), (20, 25), (25, 25), (25, 25)]
    assert rehearsal.told[0][2] == listed(yard.source)[9][0].decode()


def test_hostile_names_survive(yard: Yard) -> None:
    yard.create()
    names = [
        b"\xff\xfe", b"a\nb", b"a\tb", "\u202egpj.exe".encode(), b" ", b"-rf", b"a\\b", b"%2e%2e", b"'; DROP TABLE x",
        b"a" * 255, "é".encode(), "e\u0301".encode(), b"CON", b".hidden", b"dir\xc3/\xc3", b"cat-a.jpg", b"cat/b.jpg",
    ]  # fmt: skip
    for name in names:
        put(yard.source, name, b"12")
    result = yard.synchronize()
    assert result["added"] == len(names)
    assert [path for path, *_ in yard.stored()] == sorted(names)
    assert counts(yard.synchronize()) == (0, 0, 0, len(names))


def test_links_and_devices_are_skipped_and_counted(yard: Yard, tmp_path: Path) -> None:
    yard.create()
    secret = tmp_path / "secret"
    put(secret, "password", b"canary")
    put(yard.source, "a.jpg")
    (yard.source / "out").symlink_to(secret)
    (yard.source / "file-out").symlink_to(secret / "password")
    (yard.source / "inside").symlink_to(yard.source / "a.jpg")
    (yard.source / "loop").symlink_to(".")
    os.mkfifo(yard.source / "pipe")
    rehearsal = yard.rehearse(yard.claim(yard.submit()))
    result = yard.run(rehearsal)
    assert (result["added"], result["skipped"]) == (1, 5)
    assert yard.stored() == listed(yard.source)
    assert sorted(rehearsal.lines) == [
        "Skipped file-out: it is a symbolic link.",
        "Skipped inside: it is a symbolic link.",
        "Skipped loop: it is a symbolic link.",
        "Skipped out: it is a symbolic link.",
        "Skipped pipe: it is not a regular file.",
    ]


def test_a_flood_of_links_does_not_flood_the_log(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobyard.datasets.listed._LOGGED", 5)
    yard.create()
    for number in range(20):
        (yard.source / f"l{number}").symlink_to("nowhere")
    put(yard.source, "file")
    rehearsal = yard.rehearse(yard.claim(yard.submit()))
    assert yard.run(rehearsal)["skipped"] == 20
    assert len(rehearsal.lines) == 6
    assert rehearsal.lines[-1] == "And 15 more were skipped."


@pytest.mark.parametrize("survived", range(1, 8))
def test_a_killed_attempt_is_gone_on_with_and_counts_stay_exact(yard: Yard, survived: int) -> None:
    yard.create()
    fill(yard, 60)
    yard.synchronize()
    for number in range(0, 60, 6):
        (yard.source / f"{number % 7}/{number:05}.jpg").unlink()
        put(yard.source, f"{number % 7}/{number:05}.png")
        put(yard.source, f"{(number + 1) % 7}/{number + 1:05}.jpg", b"other")
        (yard.source / f"{number % 7}/{number:05}.link").symlink_to("x")
    job = yard.claim(yard.submit())
    with pytest.raises(Killed):
        yard.run(yard.rehearse(job, calls=survived))
    yard.lose(job)
    job = yard.claim(job)
    rehearsal = yard.rehearse(job)
    result = yard.run(rehearsal)
    assert counts(result) == (10, 10, 10, 40)
    assert result["skipped"] == 10
    assert yard.stored() == listed(yard.source)
    yard.check_counters()
    assert len(rehearsal.calls) == 2 + 6 - (survived - 1)
    if survived > 1:
        assert rehearsal.lines[0].startswith("Going on behind ")


def test_an_attempt_that_dies_with_all_done_but_unsaid_is_not_begun_anew(yard: Yard) -> None:
    yard.create()
    fill(yard, 25)
    job = yard.claim(yard.submit())
    assert counts(yard.run(yard.rehearse(job))) == (25, 0, 0, 0)
    yard.lose(job)
    job = yard.claim(job)
    rehearsal = yard.rehearse(job)
    assert counts(yard.run(rehearsal)) == (25, 0, 0, 0)
    assert len((rehearsal.results / "changes.csv").read_text().splitlines()) == 26
    held = yard.write(lambda transaction: rows.lock(transaction, yard.get().id))
    assert held is not None and held.syncing is None
    yard.check_counters()


def test_every_attempt_may_die_after_one_batch(yard: Yard) -> None:
    yard.create()
    fill(yard, 95)
    job = yard.submit()
    for _ in range(12):
        job = yard.claim(job)
        try:
            result = yard.run(yard.rehearse(job, calls=2))
        except Killed:
            job = yard.change(job, lambda now: moves.give_back(now, now.attempt, 1))
        else:
            break
    assert counts(result) == (95, 0, 0, 0)
    assert yard.stored() == listed(yard.source)
    yard.check_counters()


def test_a_lost_answer_does_not_count_twice(yard: Yard) -> None:
    yard.create()
    fill(yard, 35)
    job = yard.claim(yard.submit())
    rehearsal = yard.rehearse(job)
    straight = rehearsal._call
    lost = threading.Event()

    def call(verb: str, payload: Any) -> Any:
        answer = straight(verb, payload)
        if verb == "datasets.apply" and not lost.is_set():
            lost.set()
            answer = straight(verb, payload)
        return answer

    rehearsal._call = call
    assert counts(yard.run(rehearsal)) == (35, 0, 0, 0)
    yard.check_counters()


def test_a_wish_to_stop_ends_between_batches_and_a_retry_looks_at_all_anew(yard: Yard) -> None:
    yard.create()
    fill(yard, 60)
    job = yard.claim(yard.submit())
    rehearsal = yard.rehearse(job, looks=14)
    with pytest.raises(Cancelled):
        yard.run(rehearsal)
    begun = yard.get()
    assert 0 < begun.samples < 60
    assert begun.synced_at is None
    yard.fail(job)
    job = yard.claim(yard.retry(job))
    assert counts(yard.run(yard.rehearse(job))) == (60 - begun.samples, 0, 0, begun.samples)
    yard.check_counters()


def test_a_finished_job_that_is_retried_counts_from_the_beginning(yard: Yard) -> None:
    yard.create()
    fill(yard, 15)
    job = yard.claim(yard.submit())
    yard.run(yard.rehearse(job))
    yard.finish(job)
    job = yard.claim(yard.retry(job))
    assert counts(yard.run(yard.rehearse(job))) == (0, 0, 0, 15)
