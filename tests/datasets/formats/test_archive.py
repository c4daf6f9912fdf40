from __future__ import annotations

import io
import random
import stat
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.datasets.formats.archive import writing
from jobyard.datasets.formats.archive.limits import Limits
from jobyard.datasets.formats.archive.reading import Archive
from jobyard.datasets.formats.archive.writing import ArchiveWriter
from jobyard.job.errors import ArchiveRefused, Fault, FileBroken
from tests.datasets.formats import zips

NAME = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/\\:"), min_size=1, max_size=12
).filter(lambda name: name.strip(".") != "")
CONTENT = st.binary(max_size=200) | st.binary(min_size=1, max_size=4).map(lambda content: content * 20_000)


def alike(names: dict[str, bytes]) -> bool:
    return len({name.casefold() for name in names}) == len(names)


@pytest.mark.property
@given(st.dictionaries(NAME, CONTENT, max_size=6).filter(alike), st.booleans())
def test_what_is_written_can_be_read_here_and_by_others(
    tmp_path_factory: pytest.TempPathFactory, members: dict[str, bytes], packed: bool
) -> None:
    folder = tmp_path_factory.mktemp("zip")
    with ArchiveWriter(folder / "a.zip", folder) as out:
        for number, (name, content) in enumerate(members.items()):
            if number % 2:
                out.add(name, content, packed=packed)
            else:
                assert out.add_stream(name, io.BytesIO(content), packed=packed) == len(content)
    with zipfile.ZipFile(folder / "a.zip") as zipped:
        assert zipped.testzip() is None
        assert {name: zipped.read(name) for name in zipped.namelist()} == members
    with Archive(folder / "a.zip") as archive:
        assert list(archive) == list(members)
        assert {name: archive.read(name, 1 << 20) for name in archive} == members
        assert [archive.size(name) for name in archive] == [len(content) for content in members.values()]


@pytest.mark.property
@given(st.dictionaries(NAME, CONTENT, max_size=6).filter(alike))
def test_archives_of_others_are_read(tmp_path_factory: pytest.TempPathFactory, members: dict[str, bytes]) -> None:
    path = zips.archive(tmp_path_factory.mktemp("zip") / "a.zip", members.items())
    with Archive(path) as archive:
        assert {name: archive.read(name, 1 << 20) for name in archive} == members


def test_the_same_content_makes_the_same_archive(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        with ArchiveWriter(tmp_path / name, tmp_path) as out:
            out.add("x", b"x" * 100)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_large_numbers_are_written_wide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_MANY", 3)
    with ArchiveWriter(tmp_path / "a.zip", tmp_path) as out:
        for number in range(5):
            out.add(f"{number}", b"content")
    monkeypatch.undo()
    content = (tmp_path / "a.zip").read_bytes().replace(b"\3\0\3\0", b"\xff\xff\xff\xff")
    (tmp_path / "a.zip").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "a.zip") as zipped:
        assert len(zipped.namelist()) == 5
    with Archive(tmp_path / "a.zip") as archive:
        assert archive.read("4", 100) == b"content"


NAMES = [
    "../x",
    "a/../../x",
    "/etc/passwd",
    "..\\x",
    "C:\\x",
    "C:x",
    "\\\\host\\x",
    "../../e/",
    "a//b",
    "./a",
    "a\x1bb",
    "a\nb",
    "x" * 3_000,
    "/".join(["d"] * 40),
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_names_that_lead_astray_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArchiveRefused, match="the name"):
        Archive(zips.raw(tmp_path / "a.zip", [{"name": "ok"}, {"name": name}]))
    with ArchiveWriter(tmp_path / "b.zip", tmp_path) as out, pytest.raises(ArchiveRefused):
        out.add(name, b"")


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_links_and_devices_are_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(ArchiveRefused, match="link or a device"):
        Archive(zips.special(tmp_path / "a.zip", mode))


@pytest.mark.parametrize("names", [("a.txt", "a.txt"), ("a.txt", "A.TXT"), ("straße", "STRASSE"), ("a", "a/")])
def test_names_that_are_one_to_some_file_system_are_refused(tmp_path: Path, names: tuple[str, str]) -> None:
    with pytest.raises(ArchiveRefused, match="two members"):
        Archive(zips.raw(tmp_path / "a.zip", [{"name": name} for name in names]))


def test_encrypted_members_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveRefused, match="encrypted"):
        Archive(zips.raw(tmp_path / "a.zip", [{"flags": 1}]))


def test_unknown_packing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveRefused, match="packed in a way"):
        Archive(zips.raw(tmp_path / "a.zip", [{"method": 14}]))


def test_a_bomb_is_refused_before_it_is_touched(tmp_path: Path) -> None:
    zeros = b"\0" * (32 << 20)
    path = zips.archive(tmp_path / "a.zip", [("zeros", zeros)])
    with pytest.raises(ArchiveRefused, match="would become 33,554,432"):
        Archive(path)
    claim = {"method": 8, "packed": zips.packed(b"\0" * 1_000), "size": 10 << 30 & 0xFFFFFFFE}
    with pytest.raises(ArchiveRefused, match="would become"):
        Archive(zips.raw(tmp_path / "b.zip", [claim]))


def test_many_small_bombs_are_one(tmp_path: Path) -> None:
    member = zips.packed(b"\0" * 900)
    members = [{"name": f"{n}", "method": 8, "packed": member, "size": 900} for n in range(100)]
    with pytest.raises(ArchiveRefused, match="would become 90,000"):
        Archive(zips.raw(tmp_path / "a.zip", members), Limits(small=1_000, ratio=3))


def test_a_bomb_that_hides_its_size_ends_where_it_lied(tmp_path: Path) -> None:
    bomb = zips.packed(b"\0" * (64 << 20))
    path = zips.raw(tmp_path / "a.zip", [{"method": 8, "packed": bomb, "size": 1_000}])
    tracemalloc.start()
    with Archive(path) as archive, pytest.raises(FileBroken, match="size or checksum"):
        archive.read("a.txt", 1 << 30)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20


LIES: dict[str, dict[str, Any]] = {
    "larger": {"size": 49},
    "smaller": {"size": 51},
    "cut": {"packed": zips.packed(b"abcde" * 10)[:-2]},
    "other": {"packed": zips.packed(b"abcdf" * 10)},
    "noise": {"packed": b"\xff" * 20},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_small_member_that_lies_is_noticed(tmp_path: Path, lie: str) -> None:
    content = b"abcde" * 10
    member = {"content": content, "packed": zips.packed(content), "method": 8, **LIES[lie]}
    with Archive(zips.raw(tmp_path / "a.zip", [member])) as archive, pytest.raises(FileBroken, match=r"a\.txt"):
        archive.read("a.txt", 1 << 20)


def test_members_far_from_each_other_are_found(tmp_path: Path) -> None:
    dice = random.Random(7)
    members = {f"{place}.bin": dice.randbytes(dice.choice([10, 1_000, 70_000])) for place in range(60)}
    with Archive(zips.archive(tmp_path / "a.zip", members.items())) as archive:
        names = list(members)
        dice.shuffle(names)
        assert {name: archive.read(name, 1 << 20) for name in names} == members


def test_overlapping_members_are_refused(tmp_path: Path) -> None:
    first = {"name": "a", "content": b"x" * 1_000}
    again = [{"name": f"b{n}", "content": b"", "length": 1_000, "size": 1_000, "offset": 0} for n in range(5)]
    with pytest.raises(ArchiveRefused, match="overlap"):
        Archive(zips.raw(tmp_path / "a.zip", [first, *again]))


def test_too_many_members_are_refused_before_they_are_listed(tmp_path: Path) -> None:
    path = zips.raw(tmp_path / "a.zip", [{"name": f"{n}"} for n in range(20)])
    with pytest.raises(ArchiveRefused, match="20 members, and 10 are taken"):
        Archive(path, Limits(members=10))


def test_a_million_members_are_refused_at_once(tmp_path: Path) -> None:
    from struct import pack

    path = tmp_path / "a.zip"
    end64 = pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 10**6, 10**6, 46 * 10**6, 0)
    with path.open("wb") as file:
        file.truncate(46 * 10**6)
        file.seek(0, 2)
        file.write(end64 + pack("<4sLQL", b"PK\6\7", 0, 46 * 10**6, 1))
        file.write(pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0))
    with pytest.raises(ArchiveRefused, match="1,000,000 members"):
        Archive(path)


def test_two_stories_of_one_member_are_noticed(tmp_path: Path) -> None:
    path = zips.raw(tmp_path / "a.zip", [{"name": "a.txt", "content": b"x", "local": b"b.txt"}])
    with Archive(path) as archive, pytest.raises(FileBroken, match="two stories"):
        archive.open("a.txt")


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\5\6", b"Rar!\x1a\7\0", b"\x1f\x8b\x08"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(ArchiveRefused, match="no zip archive"):
        Archive(tmp_path / "a.zip")


def test_something_before_the_archive_is_refused(tmp_path: Path) -> None:
    path = zips.raw(tmp_path / "a.zip", [{"content": b"x"}])
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
    with pytest.raises(ArchiveRefused, match="none of them"):
        Archive(path)


def test_a_member_larger_than_wanted_is_refused(tmp_path: Path) -> None:
    with Archive(zips.raw(tmp_path / "a.zip", [{"content": b"12345"}])) as archive:
        assert archive.read("a.txt", 5) == b"12345"
        with pytest.raises(FileBroken, match="more than 4 bytes"):
            archive.read("a.txt", 4)


@pytest.mark.property
@given(st.data())
def test_broken_archives_are_refused_and_nothing_else_happens(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("zip") / "a.zip"
    whole = bytearray(zips.archive(path, [("a.txt", b"abc" * 50), ("b/c.bin", bytes(range(256)))]).read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        with Archive(path) as archive:
            for name in archive:
                archive.read(name, 1 << 20)
    except Fault as fault:
        assert fault.sentence
