from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobyard.datasets.uploads import Told, Uploads, WrongPlace
from jobyard.job.errors import Invalid, NotFound, TooLarge

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads", limit=100)


async def pieces(*content: bytes) -> AsyncIterator[bytes]:
    for piece in content:
        yield piece


def told(name: str = "a.png", length: int | None = None) -> Told:
    return Told(name=name, user="mia", length=length)


async def test_a_file_comes_in_pieces_and_is_whole_at_its_length(uploads: Uploads) -> None:
    upload = await uploads.begin("g", told(length=6))
    assert not upload.whole and upload.offset == 0
    assert (await uploads.append("g", upload.id, 0, pieces(b"abc"))).offset == 3
    done = await uploads.append("g", upload.id, 3, pieces(b"d", b"ef"))
    assert done.whole and uploads.path("g", upload.id).read_bytes() == b"abcdef"
    assert await uploads.state("g", upload.id) == done


async def test_a_piece_may_come_again_and_never_leaves_a_gap(uploads: Uploads) -> None:
    upload = await uploads.begin("g", told(length=6))
    await uploads.append("g", upload.id, 0, pieces(b"abc"))
    assert (await uploads.append("g", upload.id, 1, pieces(b"bcd"))).offset == 4
    with pytest.raises(WrongPlace):
        await uploads.append("g", upload.id, 5, pieces(b"f"))
    with pytest.raises(TooLarge):
        await uploads.append("g", upload.id, 4, pieces(b"efg"))
    assert uploads.path("g", upload.id).read_bytes() == b"abcd"


async def test_a_piece_whose_size_is_known_is_the_next_one_or_the_last_one_again(uploads: Uploads) -> None:
    upload = await uploads.begin("g", told(length=6))
    await uploads.append("g", upload.id, 0, pieces(b"abc"), 3)
    assert (await uploads.append("g", upload.id, 0, pieces(b"abc"), 3)).offset == 3
    for offset, piece in ((0, b"ab"), (1, b"bcd"), (4, b"e")):
        with pytest.raises(WrongPlace):
            await uploads.append("g", upload.id, offset, pieces(piece), len(piece))
    with pytest.raises(TooLarge):
        await uploads.append("g", upload.id, 3, pieces(b"d", b"efg"), 4)
    assert uploads.path("g", upload.id).read_bytes() == b"abc"


async def test_what_came_stays_when_its_sender_goes_away(uploads: Uploads) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"abc"
        raise ConnectionError

    upload = await uploads.begin("g", told(length=6))
    with pytest.raises(ConnectionError):
        await uploads.append("g", upload.id, 0, broken())
    assert (await uploads.state("g", upload.id)).offset == 3


async def test_pieces_that_come_at_once_come_one_after_the_other(uploads: Uploads) -> None:
    upload = await uploads.begin("g", told(length=8))
    await asyncio.gather(*(uploads.append("g", upload.id, 0, pieces(letter * 8)) for letter in (b"a", b"b", b"c")))
    assert uploads.path("g", upload.id).read_bytes() in {b"a" * 8, b"b" * 8, b"c" * 8}


async def test_files_stand_in_the_order_in_which_they_began(uploads: Uploads) -> None:
    names = [f"{place}.png" for place in range(50)]
    for name in names:
        await uploads.put("g", told(name), pieces(name.encode()))
    assert [upload.told.name for upload in uploads.files("g")] == names


async def test_what_is_refused_leaves_nothing(uploads: Uploads) -> None:
    with pytest.raises(TooLarge):
        await uploads.begin("g", told(length=101))
    with pytest.raises(TooLarge):
        await uploads.put("g", told(), pieces(b"x" * 60, b"x" * 60))
    for name in ("", "x" * 2_000, "a\0b"):
        with pytest.raises(Invalid):
            await uploads.begin("g", told(name))
    assert uploads.files("g") == []


@pytest.mark.parametrize("group", ["", "..", "a/b", "A", "x" * 101, "a.b"])
async def test_no_path_is_made_of_what_somebody_says(uploads: Uploads, group: str) -> None:
    with pytest.raises(NotFound):
        await uploads.begin(group, told())
    for id_ in ("", "..", "x", "0" * 31, "../" + "0" * 29):
        with pytest.raises(NotFound):
            await uploads.append("g", id_, 0, pieces(b"x"))


async def test_files_and_groups_are_dropped_and_old_ones_found(uploads: Uploads) -> None:
    one = await uploads.put("g", told(), pieces(b"1"))
    await uploads.put("g", told(), pieces(b"2"))
    await uploads.note("g", "options.json", b"{}")
    await uploads.drop("g", one.id)
    assert len(uploads.files("g")) == 1 and uploads.look("g", one.id) is None
    assert uploads.stale(float("inf")) == ["g"] and uploads.stale(0) == []
    await uploads.drop("g")
    assert uploads.files("g") == [] and uploads.stale(float("inf")) == []
