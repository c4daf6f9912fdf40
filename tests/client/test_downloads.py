"""Fetching result files: resumed after a cut, checked, put in place whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import httpx2
import pytest

from jobyard.client import Damaged, NotFound, Unreachable
from tests.client.answering import Broken, Prepared, json

CONTENT = bytes(range(256)) * 2000
SUM = hashlib.sha256(CONTENT).hexdigest()


def listed(name: str = "a.bin", **fields: Any) -> httpx2.Response:
    file = {"name": name, "size": len(CONTENT), "sha256": SUM, "media_type": "x/y", "attempt": 1, "url": "u"}
    return json([file | fields])


def whole(request: httpx2.Request) -> httpx2.Response:
    return body(CONTENT)


def body(content: bytes, status: int = 200) -> httpx2.Response:
    return httpx2.Response(status, stream=httpx2.ByteStream(content))


def ranged(request: httpx2.Request) -> httpx2.Response:
    asked = request.headers.get("Range")
    if asked is None:
        return whole(request)
    first = int(asked.removeprefix("bytes=").removesuffix("-"))
    return body(CONTENT[first:], 206)


class Cut(httpx2.SyncByteStream):
    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Any:
        yield self._content
        raise httpx2.ReadError("cut")


def cut_at(count: int) -> httpx2.Response:
    return httpx2.Response(200, stream=Cut(CONTENT[:count]))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_lands_in_the_folder_under_its_name(tmp_path: Path) -> None:
    with Prepared(listed(), whole).client() as client:
        place = client.download("a", "a.bin", tmp_path)
    assert place == tmp_path / "a.bin"
    assert place.read_bytes() == CONTENT
    assert names(tmp_path) == ["a.bin"]


def test_a_file_may_be_given_another_name(tmp_path: Path) -> None:
    with Prepared(listed(), whole).client() as client:
        assert client.download("a", "a.bin", tmp_path / "b").read_bytes() == CONTENT
    assert names(tmp_path) == ["b"]


@pytest.mark.parametrize("count", [1, 1000, len(CONTENT) - 1])
def test_a_cut_download_goes_on_where_it_was_cut(tmp_path: Path, count: int) -> None:
    house = Prepared(listed(), cut_at(count), ranged)
    with house.client() as client:
        assert client.download("a", "a.bin", tmp_path).read_bytes() == CONTENT
    assert house.asked[2].headers["Range"] == f"bytes={count}-"
    assert house.asked[2].headers["If-Range"] == f'"{SUM}"'


def test_what_an_earlier_try_fetched_is_used(tmp_path: Path) -> None:
    first = Prepared(listed(), cut_at(5000), httpx2.ConnectError("refused"))
    with first.client(patience=0.3) as client, pytest.raises(Unreachable):
        client.download("a", "a.bin", tmp_path)
    assert not (tmp_path / "a.bin").exists()
    second = Prepared(listed(), ranged)
    with second.client() as client:
        assert client.download("a", "a.bin", tmp_path).read_bytes() == CONTENT
    assert second.asked[1].headers["Range"] == "bytes=5000-"
    assert names(tmp_path) == ["a.bin"]


def test_a_house_that_gives_no_pieces_is_asked_for_the_whole(tmp_path: Path) -> None:
    house = Prepared(listed(), cut_at(5000), whole)
    with house.client() as client:
        assert client.download("a", "a.bin", tmp_path).read_bytes() == CONTENT


def test_wrong_bytes_are_not_kept(tmp_path: Path) -> None:
    wrong = body(CONTENT[:-1] + b"!")
    with Prepared(listed(), wrong).client() as client, pytest.raises(Damaged, match=r"a\.bin"):
        client.download("a", "a.bin", tmp_path)
    assert names(tmp_path) == []


def test_too_many_bytes_are_not_kept(tmp_path: Path) -> None:
    long = body(CONTENT + b"more")
    with Prepared(listed(), long).client() as client, pytest.raises(Damaged):
        client.download("a", "a.bin", tmp_path)
    assert names(tmp_path) == []


def test_wrong_bytes_of_an_earlier_try_cost_one_more_try_and_no_more(tmp_path: Path) -> None:
    part = tmp_path / f".a.bin.{SUM[:16]}.part"
    part.write_bytes(b"x" * 5000)
    house = Prepared(listed(), ranged)
    with house.client() as client:
        assert client.download("a", "a.bin", tmp_path).read_bytes() == CONTENT
    assert [request.headers.get("Range") for request in house.asked[1:]] == ["bytes=5000-", None]


def test_a_file_that_is_there_already_is_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(CONTENT)
    house = Prepared(listed())
    told = list[tuple[int, int]]()
    with house.client() as client:
        client.download("a", "a.bin", tmp_path, on_bytes=lambda done, total: told.append((done, total)))
    assert len(house.asked) == 1
    assert told == [(len(CONTENT), len(CONTENT))]


def test_another_file_under_the_name_is_only_replaced_when_that_was_said(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"mine")
    with Prepared(listed(), whole).client() as client:
        with pytest.raises(FileExistsError):
            client.download("a", "a.bin", tmp_path)
        assert (tmp_path / "a.bin").read_bytes() == b"mine"
    with Prepared(listed(), whole).client() as client:
        client.download("a", "a.bin", tmp_path, overwrite=True)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


@pytest.mark.parametrize("name", ["../a", "a/b", "..", "a\\b", "a\nb", "a\x1b[2J"])
def test_a_name_that_leads_elsewhere_is_not_written(tmp_path: Path, name: str) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    with Prepared(listed(name), whole).client() as client, pytest.raises(Damaged, match="file name"):
        client.download("a", name, inner)
    assert names(tmp_path) == ["inner"] and names(inner) == []


def test_an_empty_file_is_a_file(tmp_path: Path) -> None:
    empty = listed(size=0, sha256=hashlib.sha256(b"").hexdigest())
    with Prepared(empty, httpx2.Response(500)).client() as client:
        assert client.download("a", "a.bin", tmp_path).read_bytes() == b""
    assert names(tmp_path) == ["a.bin"]


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with Prepared(listed()).client() as client, pytest.raises(NotFound, match=r"b\.bin"):
        client.download("a", "b.bin", tmp_path)


def test_the_newest_attempts_file_is_fetched(tmp_path: Path) -> None:
    older = {"name": "a.bin", "size": 1, "sha256": "0" * 64, "media_type": "x/y", "attempt": 1, "url": "u"}
    newer = older | {"size": len(CONTENT), "sha256": SUM, "attempt": 2}
    house = Prepared(json([older, newer]), whole)
    with house.client() as client:
        client.download("a", "a.bin", tmp_path)
    assert house.asked[1].url.params["attempt"] == "2"


def test_progress_only_grows_and_ends_at_the_whole(tmp_path: Path) -> None:
    told = list[int]()
    house = Prepared(listed(), cut_at(300_000), ranged)
    with house.client() as client:
        client.download("a", "a.bin", tmp_path, on_bytes=lambda done, total: told.append(done))
    assert told == sorted(told)
    assert told[-1] == len(CONTENT)


def test_the_broken_stream_of_other_tests_breaks() -> None:
    with pytest.raises(httpx2.ReadError):
        list(Broken(("a", "CUT")))
