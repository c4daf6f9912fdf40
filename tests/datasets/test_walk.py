from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.datasets.messages import Entry
from jobyard.datasets.walk import DEPTH_LIMIT, Walk
from jobyard.job.errors import SourceUnreadable
from tests.datasets.yard import listed, put


@contextmanager
def opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def walked(
    folder: Path, start: bytes = b"", names_limit: int = 1000, skip: Callable[[bytes, str], None] | None = None
) -> list[Entry]:
    with opened(folder) as descriptor:
        walk = Walk(
            str(folder), descriptor, start=start, names_limit=names_limit, skip=skip or (lambda path, reason: None)
        )
        return list(walk)


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


NAME = st.one_of(
    st.sampled_from([b"a", b"a-", b"a.b", b"a0", b"b", b"a\xff", b"\n", b"A", b"-", b" "]),
    st.binary(min_size=1, max_size=4).filter(lambda name: b"/" not in name and b"\0" not in name),
).filter(lambda name: name not in (b".", b".."))
TREE = st.lists(st.lists(NAME, min_size=1, max_size=4), max_size=25)


def grow(folder: Path, tree: list[list[bytes]]) -> None:
    """Write a file at each path, unless one of its parts is a file already or it is a folder itself."""
    for parts in tree:
        target = folder / os.fsdecode(b"/".join(parts))
        if not target.is_dir() and not any(parent.is_file() for parent in target.parents):
            put(folder, b"/".join(parts), parts[-1])


@given(TREE, st.integers(1, 5))
def test_the_order_is_that_of_the_bytes_of_full_paths(tree: list[list[bytes]], names_limit: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        grow(folder, tree)
        assert walked(folder, names_limit=names_limit) == listed(folder)


@given(TREE, st.data())
def test_it_goes_on_behind_any_path(tree: list[list[bytes]], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        grow(folder, tree)
        whole = listed(folder)
        paths = st.sampled_from([path for path, *_ in whole]) if whole else st.just(b"")
        start = data.draw(st.one_of(paths, st.lists(NAME, max_size=3).map(b"/".join)), label="start")
        limit = data.draw(st.integers(1, 5), label="names held")
        assert walked(folder, start, limit) == [entry for entry in whole if entry[0] > start]


def test_a_folder_comes_where_its_files_belong(tmp_path: Path) -> None:
    for path in ("cat/b.jpg", "cat-a.jpg", "cat.jpg", "cat0", "ca"):
        put(tmp_path, path)
    assert [path for path, *_ in walked(tmp_path)] == [b"ca", b"cat-a.jpg", b"cat.jpg", b"cat/b.jpg", b"cat0"]


def test_no_more_names_are_held_than_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(100):
        put(tmp_path, f"{number:03}")
    reads = []
    scandir = os.scandir

    def counted(folder: int) -> Any:
        reads.append(folder)
        return scandir(folder)

    monkeypatch.setattr("jobyard.datasets.walk.os.scandir", counted)
    assert len(walked(tmp_path, names_limit=10)) == 100
    assert len(reads) == 10


def test_descriptors_are_given_back_however_it_ends(tmp_path: Path) -> None:
    for number in range(5):
        put(tmp_path, f"a/b/c/{number}")
    before = open_descriptors()
    with opened(tmp_path) as descriptor:
        walked(tmp_path)
        half = iter(Walk(str(tmp_path), descriptor))
        next(half)
        assert open_descriptors() > before + 1
        half.close()  # type: ignore[attr-defined]

        def stop() -> None:
            stop.left -= 1  # type: ignore[attr-defined]
            if stop.left < 0:  # type: ignore[attr-defined]
                raise KeyboardInterrupt

        for left in range(4):
            stop.left = left  # type: ignore[attr-defined]
            with pytest.raises(KeyboardInterrupt):
                list(Walk(str(tmp_path), descriptor, look=stop))
    assert open_descriptors() == before


def test_links_are_not_followed_even_when_they_take_a_folders_place(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    put(inside, "a")
    put(inside, "b/c")
    put(outside, "secret")
    with opened(inside) as descriptor:
        walk = iter(Walk(str(inside), descriptor))
        assert next(walk)[0] == b"a"
        shutil.rmtree(inside / "b")
        (inside / "b").symlink_to(outside)
        with pytest.raises(SourceUnreadable, match=r"/inside/b cannot be listed: Not a directory"):
            next(walk)


def test_a_file_that_goes_while_it_is_listed_is_just_not_there(tmp_path: Path) -> None:
    put(tmp_path, "a")
    put(tmp_path, "b")
    put(tmp_path, "c")
    with opened(tmp_path) as descriptor:
        walk = iter(Walk(str(tmp_path), descriptor))
        next(walk)
        (tmp_path / "b").unlink()
        assert [path for path, *_ in walk] == [b"c"]


def test_a_folder_that_goes_with_its_files_is_an_error(tmp_path: Path) -> None:
    put(tmp_path, "x/a")
    put(tmp_path, "x/b")
    put(tmp_path, "y")
    with opened(tmp_path) as descriptor:
        walk = iter(Walk(str(tmp_path), descriptor))
        next(walk)
        shutil.rmtree(tmp_path / "x")
        with pytest.raises(SourceUnreadable, match=r"/x cannot be listed: No such file or directory; nothing behind"):
            next(walk)


def test_a_folder_that_is_swapped_for_another_is_an_error(tmp_path: Path) -> None:
    source = tmp_path / "source"
    put(source, "a")
    put(source, "b")
    with opened(source) as descriptor:
        walk = iter(Walk(str(source), descriptor))
        next(walk)
        source.rename(tmp_path / "old")
        (tmp_path / "old" / "b").unlink()
        put(source, "z")
        with pytest.raises(SourceUnreadable, match="another folder took its place"):
            next(walk)


def test_a_source_that_is_gone_when_the_end_is_reached_is_an_error(tmp_path: Path) -> None:
    source = tmp_path / "source"
    put(source, "a")
    with opened(source) as descriptor:
        walk = iter(Walk(str(source), descriptor))
        next(walk)
        shutil.rmtree(source)
        with pytest.raises(SourceUnreadable, match="No such file"):
            next(walk)


def test_a_file_that_becomes_a_folder_is_an_error(tmp_path: Path) -> None:
    put(tmp_path, "a")
    put(tmp_path, "b")
    with opened(tmp_path) as descriptor:
        walk = iter(Walk(str(tmp_path), descriptor))
        next(walk)
        (tmp_path / "b").unlink()
        put(tmp_path, "b/inner")
        with pytest.raises(SourceUnreadable, match="/b cannot be listed: a file became a folder"):
            next(walk)


READER = """
import os, sys
from jobyard.datasets.walk import Walk
os.setgid(65534)
os.setuid(65534)
descriptor = os.open(sys.argv[1], os.O_RDONLY)
try:
    for path, *_ in Walk(sys.argv[1], descriptor):
        print(path.decode())
except Exception as error:
    print(error)
"""


def test_a_folder_one_may_not_read_is_named(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o755)
        put(folder, "a/1")
        put(folder, "b/2")
        put(folder, "c/3")
        (folder / "b").chmod(0)
        code = READER if os.getuid() == 0 else READER.replace("os.set", "0 and os.set")
        done = subprocess.run([sys.executable, "-c", code, place], capture_output=True, text=True, check=True)
        (folder / "b").chmod(0o700)
    assert done.stdout.splitlines() == [
        "a/1",
        f"{place}/b may not be read: Permission denied; nothing behind it was touched.",
    ]


def test_too_deep_and_too_long_paths_are_skipped_by_name(tmp_path: Path) -> None:
    skipped: list[tuple[bytes, str]] = []
    descriptor = os.open(tmp_path, os.O_RDONLY)
    for _ in range(DEPTH_LIMIT + 2):
        os.mkdir("d", dir_fd=descriptor)
        deeper = os.open("d", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = deeper
    os.close(descriptor)
    folder = "/".join(["n" * 250] * 8)
    put(tmp_path, f"{folder}/{'x' * 200}")
    put(tmp_path, f"{folder}/short")
    put(tmp_path, f"{folder}/more/short")
    entries = walked(tmp_path, skip=lambda path, reason: skipped.append((path, reason)))
    assert [path for path, *_ in entries] == [f"{folder}/more/short".encode(), f"{folder}/short".encode()]
    assert [(path[:4], reason) for path, reason in skipped] == [
        (b"d/d/", "the folder is too deep inside others"),
        (b"nnnn", "its path is longer than 2048 bytes"),
    ]


def test_times_that_no_database_can_hold_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "far")
    put(tmp_path, "old", mtime_ns=-5_000_000_000)
    stat = os.stat

    class Far:
        def __init__(self, path: bytes, **how: Any) -> None:
            found = stat(path, **how)
            self.st_mode, self.st_size = found.st_mode, found.st_size
            self.st_mtime_ns = 10**20 if path == b"far" else found.st_mtime_ns
            self.st_dev, self.st_ino = found.st_dev, found.st_ino

    monkeypatch.setattr("jobyard.datasets.walk.os.stat", Far)
    assert walked(tmp_path) == [(b"far", 0, 2**63 - 1, ""), (b"old", 0, -5_000_000_000, "")]


def test_what_is_not_wanted_is_counted_without_being_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.jpg", "b.txt", "c/d.jpg", "c/e.bin"):
        put(tmp_path, name)
    looked, stat, skipped = list[Any](), os.stat, list[tuple[bytes, str]]()

    def noted(path: Any, **how: Any) -> os.stat_result:
        looked.append(path)
        return stat(path, **how)

    monkeypatch.setattr("jobyard.datasets.walk.os.stat", noted)
    with opened(tmp_path) as descriptor:
        wanted = Walk(
            str(tmp_path),
            descriptor,
            skip=lambda path, reason: skipped.append((path, reason)),
            want=lambda name: name.endswith(b".jpg"),
        )
        assert [path for path, *_ in wanted] == [b"a.jpg", b"c/d.jpg"]
    assert skipped == [(b"b.txt", ""), (b"c/e.bin", "")]
    assert not {b"b.txt", b"e.bin"}.intersection(looked)
