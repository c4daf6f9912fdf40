"""Sending files in: a lost answer costs one piece, and nothing stays of what nobody will work on."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from jobyard.client import Invalid
from tests.client.answering import Prepared, json, problem

ID = "0" * 32
LOST = httpx2.ReadError("the answer was lost")


def at(offset: int) -> httpx2.Response:
    return json({"upload": f"task-1-annotations/{ID}", "name": "a.json", "length": 6, "offset": offset})


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("jobyard.client.uploads.PIECE", 4)
    path = tmp_path / "a.json"
    path.write_bytes(b"abcdef")
    return path


def test_a_piece_whose_answer_was_lost_is_sent_again_at_its_place(file: Path) -> None:
    heard = list[tuple[int, int]]()
    house = Prepared(at(0), at(4), LOST, at(6), problem(400, "invalid", "no such format"), httpx2.Response(204))
    with house.client() as client, pytest.raises(Invalid, match="no such format"):
        client.datasets.import_annotations("d", file, "x", on_bytes=lambda done, total: heard.append((done, total)))
    pieces = [(one.url.params["offset"], one.content) for one in house.asked if one.method == "PATCH"]
    assert pieces == [("0", b"abcd"), ("4", b"ef"), ("4", b"ef")]
    assert heard == [(4, 6), (6, 6)]
    # The work was refused, so the file goes.
    assert house.asked[-1].method == "DELETE" and house.asked[-1].url.path.endswith(f"/task-1-annotations/{ID}")
