from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.datasets.formats import drawn
from tests.faces.cvat.house import Caller, House

pytestmark = pytest.mark.anyio


@pytest.fixture
def stocked(house: House) -> House:
    """A house with pictures, a folder, an archive, a text and links that lead out of the allowed folder."""
    (house.files / "cats" / "deep").mkdir(parents=True)
    (house.files / "cats" / "a.png").write_bytes(drawn.png(4, 3))
    (house.files / "cats" / "b.zip").write_bytes(b"")
    (house.files / "read me.txt").write_bytes(b"")
    (house.files / "out").symlink_to("/etc")
    (house.files / "cats" / "passwd").symlink_to("/etc/passwd")
    os.mkfifo(house.files / "cats" / "pipe")
    Path(os.fsdecode(os.fsencode(house.files) + b"/not\xfftext")).write_bytes(b"")
    return house


async def names(come: Caller, query: str = "") -> list[tuple[str, str, str]]:
    told: list[dict[str, Any]] = await come.got(f"/server/share{query}")
    return [(one["name"], one["type"], one["mime_type"]) for one in told]


async def test_a_folder_tells_what_can_be_taken_from_it(stocked: House) -> None:
    mia = stocked.caller()
    assert await names(mia) == [("cats", "DIR", "DIR"), ("read me.txt", "REG", "unknown")]
    inside = [("a.png", "REG", "image"), ("b.zip", "REG", "zip"), ("deep", "DIR", "DIR")]
    for said in ("/cats/", "cats", "//cats"):
        assert await names(mia, f"?directory={said}") == inside
    assert await names(mia, "?directory=cats&search=a") == inside[:1]
    assert await names(mia, "?directory=/cats/deep") == []


@pytest.mark.parametrize(
    "folder", ["..", "/../etc", "cats/../..", "out", "/out/ssl", "cats/a.png", "nowhere", "%00", "x" * 3_000, "/etc"]
)
async def test_nothing_else_of_the_machine_is_told(stocked: House, folder: str) -> None:
    answer = await stocked.caller()("GET", f"/server/share?directory={folder}")
    assert answer.status_code == 400 and "below" in answer.text


async def test_only_who_may_make_tasks_looks(stocked: House) -> None:
    assert (await stocked.caller("vera")("GET", "/server/share")).status_code == 403
    assert (await stocked.caller(None)("GET", "/server/share")).status_code == 401


async def test_what_was_found_becomes_a_task(stocked: House) -> None:
    mia = stocked.caller()
    task = await mia.task()
    data = {"server_files": ["cats/a.png"], "image_quality": 70}
    answer = await mia("POST", f"/tasks/{task['id']}/data/", data)
    assert answer.status_code == 202, answer.text
    await stocked.work()
    assert (await mia.got(f"/tasks/{task['id']}"))["size"] == 1
