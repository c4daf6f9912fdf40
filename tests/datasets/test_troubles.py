from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from jobyard.job.errors import SourceEmptied, SourceUnreadable
from jobyard.store.contract import Store
from tests.datasets.yard import Killed, Yard, counts, fill, listed, put

pytestmark = pytest.mark.usefixtures("small_batches")


def test_a_folder_that_cannot_be_listed_fails_by_name_and_deletes_nothing(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard.create()
    fill(yard, 70)
    yard.synchronize()
    for number in range(70):
        (yard.source / f"{number % 7}/{number:05}.jpg").unlink()
    bad = (yard.source / "4").stat()
    scandir = os.scandir

    def refuse(folder: int) -> Any:
        if os.path.samestat(os.fstat(folder), bad):
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    put(yard.source, "0/still.jpg")
    monkeypatch.setattr("jobyard.datasets.walk.os.scandir", refuse)
    with pytest.raises(SourceUnreadable) as failed:
        yard.synchronize()
    assert (
        failed.value.sentence == f"{yard.source}/4 may not be read: Permission denied; nothing behind it was touched."
    )
    assert [path for path, *_ in yard.stored() if path < b"4"] != []
    assert len(yard.stored()) == 70
    yard.check_counters()


def test_a_folder_that_is_taken_away_does_not_look_empty(yard: Yard) -> None:
    yard.create()
    fill(yard, 70)
    yard.synchronize()
    job = yard.claim(yard.submit())
    rehearsal = yard.rehearse(job)
    straight = rehearsal._call

    def call(verb: str, payload: Any) -> Any:
        if verb == "datasets.apply" and len(rehearsal.calls) == 3:
            yard.source.rename(yard.root / "elsewhere")
            for file in (yard.root / "elsewhere").glob("*/*.jpg"):
                file.unlink()
        return straight(verb, payload)

    rehearsal._call = call
    with pytest.raises(SourceUnreadable, match="No such file"):
        yard.run(rehearsal)
    assert len(yard.stored()) == 70


@pytest.mark.parametrize("emptied", ["all", "what counts"])
def test_a_disk_that_went_away_between_two_attempts_does_not_look_deleted(yard: Yard, emptied: str) -> None:
    yard.create()
    fill(yard, 70)
    yard.synchronize()
    job = yard.claim(yard.submit())
    with pytest.raises(Killed):
        yard.run(yard.rehearse(job, calls=3))
    job = yard.claim(yard.lose(job))
    kept = yard.root / "kept"
    yard.source.rename(kept)
    yard.source.mkdir()
    if emptied == "what counts":
        (yard.source / "a link").symlink_to(kept)
        (yard.source / "5").mkdir()
    with pytest.raises(SourceEmptied, match="No file was found"):
        yard.run(yard.rehearse(job))
    assert len(yard.stored()) == 70
    job = yard.claim(yard.lose(job))
    (yard.source / "a link").unlink(missing_ok=True)
    for left in yard.source.iterdir():
        left.rmdir()
    yard.source.rmdir()
    kept.rename(yard.source)
    assert counts(yard.run(yard.rehearse(job))) == (0, 0, 0, 70)


def test_whoever_means_it_may_empty_a_source_between_two_attempts(yard: Yard) -> None:
    yard.create()
    fill(yard, 70)
    yard.synchronize()
    job = yard.claim(yard.submit(allow_empty=True))
    with pytest.raises(Killed):
        yard.run(yard.rehearse(job, calls=3))
    job = yard.claim(yard.lose(job))
    for file in yard.source.glob("*/*.jpg"):
        file.unlink()
    assert counts(yard.run(yard.rehearse(job))) == (0, 0, 50, 20)
    yard.check_counters()


@pytest.mark.parametrize("gone", ["folder", "became a file"])
def test_a_source_that_is_gone_at_the_start_fails_and_deletes_nothing(yard: Yard, gone: str) -> None:
    yard.create()
    fill(yard, 5)
    yard.synchronize()
    yard.source.rename(yard.root / "elsewhere")
    if gone == "became a file":
        yard.source.write_text("x")
    with pytest.raises(Exception, match="There is no folder"):
        yard.synchronize()
    assert len(yard.stored()) == 5


def test_a_source_that_now_leads_out_of_the_roots_is_not_read(yard: Yard, tmp_path: Path) -> None:
    yard.create()
    fill(yard, 5)
    yard.synchronize()
    yard.source.rename(tmp_path / "outside")
    yard.source.symlink_to(tmp_path / "outside")
    with pytest.raises(Exception, match="not inside a folder that an administrator allowed"):
        yard.synchronize()
    assert len(yard.stored()) == 5


@pytest.mark.parametrize("left", ["nothing", "empty folders", "only links"])
def test_an_emptied_folder_is_not_believed_unless_said_so(yard: Yard, left: str) -> None:
    yard.create()
    fill(yard, 25)
    yard.synchronize()
    for file in yard.source.glob("*/*.jpg"):
        file.unlink()
        if left == "only links":
            file.symlink_to("gone")
    if left == "nothing":
        for folder in yard.source.iterdir():
            folder.rmdir()
    with pytest.raises(RuntimeError, match=r"No file was found .* holds 25; say allow_empty"):
        yard.synchronize()
    assert len(yard.stored()) == 25
    result = yard.synchronize(allow_empty=True)
    assert (result["deleted"], result["samples"], result["size"]) == (25, 0, 0)
    assert counts(yard.synchronize()) == (0, 0, 0, 0)


def test_a_large_part_that_is_gone_is_deleted_in_steps(store: Store, tmp_path: Path) -> None:
    yard = Yard(store, tmp_path, known_limit=12)
    yard.create()
    for number in range(100):
        put(yard.source, f"{number:05}", b"x")
    yard.synchronize()
    for number in range(5, 98):
        if number != 40:
            (yard.source / f"{number:05}").unlink()
    (yard.source / "00050").symlink_to("x")
    put(yard.source, "00040", b"changed")
    rehearsal = yard.rehearse(yard.claim(yard.submit()))
    result = yard.run(rehearsal)
    assert counts(result) == (0, 1, 92, 7)
    assert result["skipped"] == 1
    assert len(rehearsal.calls) > 8
    assert yard.stored() == listed(yard.source)
    yard.check_counters()
