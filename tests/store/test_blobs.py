"""Result files appear whole or not at all, under names nobody chose."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import Any, Self

import pytest

from jobyard.job.errors import NotFound, StoreFull
from jobyard.job.ids import is_id, new_id
from jobyard.store.blobs import Blobs, Written


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def put(blobs: Blobs, *chunks: bytes) -> Written:
    writer = blobs.writer()
    for chunk in chunks:
        writer.write(chunk)
    return writer.commit()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_will_not_fit_is_refused_before_it_fills_the_disk(blobs: Blobs, tmp_path: Path) -> None:
    with pytest.raises(StoreFull):
        blobs.writer(announced=1 << 62)
    assert files(tmp_path) == []
    blobs.writer(announced=3).commit()


class Fails:
    """Stands in for a file or a system call that fails."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __call__(self, *args: Any, **options: Any) -> Any:
        raise OSError(self._number, os.strerror(self._number))

    write = flush = __call__

    def close(self) -> None:
        return

    def fileno(self) -> int:
        return -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        return


def test_what_was_written_is_read_back_with_its_size_and_hash(blobs: Blobs) -> None:
    written = put(blobs, b"one ", b"", b"two")
    assert is_id(written.blob)
    assert (written.size, written.sha256) == (7, hashlib.sha256(b"one two").hexdigest())
    with blobs.open(written.blob) as file:
        assert file.read() == b"one two"
    assert blobs.describe(written.blob) == (7, written.sha256)
    assert blobs.path(written.blob).read_bytes() == b"one two"


def test_an_empty_blob_is_a_blob(blobs: Blobs) -> None:
    written = put(blobs)
    assert written.size == 0
    assert blobs.describe(written.blob) == (0, hashlib.sha256(b"").hexdigest())


def test_nothing_is_visible_before_the_commit(blobs: Blobs, tmp_path: Path) -> None:
    writer = blobs.writer()
    writer.write(b"half")
    with pytest.raises(NotFound):
        blobs.open(writer.blob)
    assert blobs.usage() == (0, 0)
    written = writer.commit()
    assert written.blob == writer.blob
    assert blobs.usage() == (1, 4)
    assert [path.name for path in files(tmp_path)] == [written.blob]


def test_an_aborted_blob_leaves_nothing(blobs: Blobs, tmp_path: Path) -> None:
    writer = blobs.writer()
    writer.write(b"x" * 3_000_000)
    writer.abort()
    writer.abort()
    assert files(tmp_path) == []
    for act in (lambda: writer.write(b"more"), writer.commit):
        with pytest.raises(ValueError, match="closed"):
            act()


def test_aborting_after_the_commit_does_no_harm(blobs: Blobs) -> None:
    writer = blobs.writer()
    written = writer.commit()
    writer.abort()
    with blobs.open(written.blob) as file:
        assert file.read() == b""


def test_folders_and_files_are_their_owners_alone(blobs: Blobs, tmp_path: Path) -> None:
    writer = blobs.writer()
    put(blobs, b"x")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "blobs").rglob("*") if path.is_dir()}
    assert modes | {stat.S_IMODE((tmp_path / "blobs").stat().st_mode)} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files(tmp_path)} == {0o600}
    writer.abort()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a",
        "../../etc/passwd",
        "/etc/passwd",
        "a" * 31,
        "A" * 32,
        "g" * 32,
        "a" * 33,
        "a" * 30 + "/.",
        "a" * 31 + "\0",
    ],
)
def test_what_is_no_name_of_ours_is_no_path(blobs: Blobs, name: str) -> None:
    for act in (blobs.path, blobs.open, blobs.describe, blobs.remove):
        with pytest.raises(NotFound):
            act(name)


def test_a_blob_that_is_not_there(blobs: Blobs) -> None:
    missing = new_id()
    for act in (blobs.open, blobs.describe):
        with pytest.raises(NotFound):
            act(missing)
    assert blobs.remove(missing) == 0


def test_links_are_not_followed(blobs: Blobs, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    written = put(blobs, b"x")
    blobs.path(written.blob).unlink()
    blobs.path(written.blob).symlink_to(secret)
    with pytest.raises(NotFound):
        blobs.open(written.blob)


def test_other_trouble_with_opening_is_not_called_missing(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    written = put(blobs, b"x")
    monkeypatch.setattr("jobyard.store.blobs.os.open", Fails(errno.EMFILE))
    with pytest.raises(OSError, match="open files"):
        blobs.open(written.blob)


def test_removing_frees_the_bytes(blobs: Blobs, tmp_path: Path) -> None:
    written = put(blobs, b"12345")
    assert blobs.remove(written.blob) == 5
    assert blobs.remove(written.blob) == 0
    assert files(tmp_path) == []


def test_an_open_blob_is_read_to_its_end_though_it_is_removed(blobs: Blobs) -> None:
    written = put(blobs, b"12345")
    with blobs.open(written.blob) as file:
        blobs.remove(written.blob)
        assert file.read() == b"12345"


# --- trouble --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("call", ["os.open", "os.fsync", "Path.replace"])
def test_a_full_disk_is_told_and_leaves_no_litter(
    blobs: Blobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, call: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(f"jobyard.store.blobs.{call}", Fails(number))
        with pytest.raises(StoreFull):
            put(blobs, b"x")
    assert files(tmp_path) == []
    assert put(blobs, b"x").size == 1


def test_a_disk_that_fills_up_while_bytes_come_in_leaves_no_litter(blobs: Blobs, tmp_path: Path) -> None:
    writer = blobs.writer()
    real, broken = writer._file, Fails(errno.ENOSPC)
    writer._file = broken  # type: ignore[assignment]
    with pytest.raises(StoreFull):
        writer.write(b"x")
    assert real is not None
    real.close()
    assert files(tmp_path) == []
    with pytest.raises(ValueError, match="closed"):
        writer.commit()


def test_other_trouble_with_the_disk_is_told_as_it_is(
    blobs: Blobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("jobyard.store.blobs.os.fsync", Fails(errno.EIO))
        with pytest.raises(OSError, match=r"[Ii]nput/output"):
            put(blobs, b"x")
    assert files(tmp_path) == []


def test_bytes_and_folder_are_synced_before_a_blob_counts(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def synced(handle: int) -> None:
        told.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        fsync(handle)

    def renamed(path: Path, target: Path) -> Path:
        told.append("rename")
        return replace(path, target)

    monkeypatch.setattr("jobyard.store.blobs.os.fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    put(blobs, b"x")
    assert told[0] == "file"
    assert told[-2:] == ["rename", "folder"]


# --- sweeping -------------------------------------------------------------------------------------------------------


def aged(path: Path, time: float) -> None:
    os.utime(path, (time, time))


def test_old_blobs_are_listed_in_pages_and_young_ones_are_not(blobs: Blobs) -> None:
    old = [put(blobs, b"x").blob for _ in range(5)]
    put(blobs, b"young")
    for blob in old:
        aged(blobs.path(blob), 1_000)
    pages = list(blobs.pages(2, before=2_000))
    assert [len(page) for page in pages] == [2, 2, 1]
    assert sorted(blob for page in pages for blob in page) == sorted(old)
    assert list(blobs.pages(2, before=1_000)) == []


def test_what_was_begun_long_ago_and_never_committed_is_removed(blobs: Blobs, tmp_path: Path) -> None:
    forgotten, going_on = blobs.writer(), blobs.writer()
    aged(blobs.aside(forgotten.blob), 1_000)
    assert list(blobs.pages(9, before=2_000)) == []
    assert [path.name for path in files(tmp_path)] == [going_on.blob]
    assert going_on.commit().size == 0
    forgotten.abort()


def test_strangers_in_the_folder_are_left_alone(blobs: Blobs, tmp_path: Path) -> None:
    (tmp_path / "blobs" / "ab").mkdir()
    stranger = tmp_path / "blobs" / "ab" / "README"
    stranger.write_text("not ours")
    aged(stranger, 1_000)
    assert list(blobs.pages(9, before=2_000)) == []
    assert blobs.usage() == (0, 0)


def test_a_second_look_at_the_same_folder_sees_the_same(blobs: Blobs, tmp_path: Path) -> None:
    written = put(blobs, b"x")
    assert Blobs(tmp_path / "blobs").describe(written.blob) == (1, written.sha256)
