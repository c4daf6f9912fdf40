"""`jobyard demo` from its first start to Ctrl-C, twice on one folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
from PIL import Image

from jobyard.demo import contact_sheet, pictures
from tests.cli.running import alive, called, environment, eventually

PACE = "0.05"


@contextmanager
def shown(folder: Path) -> Iterator[dict[str, Any]]:
    """Run the demo, give what it told at the end of the story, and press Ctrl-C."""
    words = [sys.executable, "-m", "jobyard", "demo", "--data", str(folder), "--port", "0", "--pace", PACE, "--json"]
    with (folder.parent / "demo.err").open("ab") as errors:
        process = subprocess.Popen(
            words, env=environment(), stdout=subprocess.PIPE, stderr=errors, start_new_session=True
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, (folder.parent / "demo.err").read_text()
        yield msgspec.json.decode(line)
    finally:
        children = _children(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(30) == 0
        eventually(lambda: not any(map(alive, children)))
        process.stdout.close()


def _children(pid: int) -> list[int]:
    found = list[int]()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            child = int(stat.parent.name)
            found += [child, *_children(child)]
    return found


@pytest.mark.timeout(240)
def test_the_story_is_told_and_told_again(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with shown(folder) as first:
        _check_story(first["jobs"])
        _check_login(first)
        assert "anna" in called("users", "list", "--data", str(folder)).out
        assert "Shapes of pictures, each Monday" in called("schedules", "list", "--data", str(folder)).out
        assert (folder / "shapes.xlsx").stat().st_size > 1000
        with Image.open(folder / "contact-sheet.jpg") as sheet:
            assert sheet.width > 900
    with shown(folder) as second:
        _check_story(second["jobs"])
        _check_login(second)
        assert min(job["number"] for job in second["jobs"]) > max(job["number"] for job in first["jobs"])
    errors = (tmp_path / "demo.err").read_text()
    assert "Traceback" not in errors


def test_a_story_that_breaks_off_says_why_and_leaves_the_house_open(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    (folder / "pictures" / pictures.NAMES[0]).mkdir(parents=True)
    with shown(folder) as told:
        assert told["jobs"] == []
        _check_login(told)
        eventually(lambda: "broke off" in (tmp_path / "demo.err").read_text())
    errors = (tmp_path / "demo.err").read_text()
    assert "the story broke off before its end: IsADirectoryError" in errors and "Traceback" not in errors


def _check_story(jobs: list[dict[str, Any]]) -> None:
    by_name = {job["name"]: job for job in jobs}
    states = {name: job["state"] for name, job in by_name.items()}
    assert states.pop("Study the colours") in ("running", "succeeded")
    assert states == {
        "Train in a notebook": "succeeded",
        "First look at the pictures": "succeeded",
        "Draw a contact sheet": "succeeded",
        "Draw what is not there": "failed",
        "Ask until it answers": "succeeded",
        "Take checksums": "succeeded",
        "Take too long": "failed",
        "A nap that is too long": "cancelled",
        "Wait for a big machine": "queued",
        "Second look at the pictures": "succeeded",
        "Look through the portraits": "succeeded",
        "Merge what two people saw": "succeeded",
        "Compare with the ground truth": "succeeded",
        "Tell who drew how much": "succeeded",
        "Shapes of pictures": "succeeded",
        "Are all in colour?": "failed",
        "Train with a slow rate": "succeeded",
        "Train with a fast rate": "succeeded",
    }
    # A claim that was given back before it began has a number too.
    assert by_name["Ask until it answers"]["attempt"] >= 3
    assert by_name["Train in a notebook"]["external"] and by_name["Train in a notebook"]["result"]["loss"] > 0
    assert by_name["Take too long"]["failure"]["reason"] == "timeout"
    shapes = by_name["Shapes of pictures"]["result"]
    assert sorted(one["name"] for one in shapes["files"]) == ["shapes.xlsx", "too-small.csv"]
    assert shapes["records"]["1"] == {"Output": 16}
    assert "has no colours" in by_name["Are all in colour?"]["failure"]["message"]
    changes = by_name["Second look at the pictures"]["result"]
    assert (changes["added"], changes["changed"], changes["deleted"]) == (2, 1, 1)


def _check_login(told: dict[str, Any]) -> None:
    with httpx2.Client(trust_env=False) as browser:
        page = browser.get(told["url"])
        assert page.status_code == 200
        login = {"user": told["user"], "password": told["password"]}
        assert browser.post(f"{told['url']}/v1/session", json=login).status_code == 201


def test_the_pictures_are_real_and_their_folder_holds_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "left over.txt").write_text("x")
    assert pictures.lay_out(tmp_path) == len(pictures.NAMES)
    assert {path.name for path in tmp_path.iterdir()} == set(pictures.NAMES)
    for path in tmp_path.iterdir():
        with Image.open(path) as picture:
            picture.load()
            assert min(picture.size) > 50


def test_the_folder_is_rearranged_as_people_do(tmp_path: Path) -> None:
    pictures.lay_out(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    pictures.rearrange(tmp_path)
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(after.keys() - before.keys()) == 2
    assert before.keys() - after.keys() == {"text.png"}
    assert [name for name in before.keys() & after.keys() if before[name] != after[name]] == ["coffee.png"]


def test_without_its_packages_the_demo_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pictures, "PACKAGE", "no-such-package-anywhere")
    told = called("demo", "--data", str(tmp_path / "demo"))
    assert told.code == 6
    assert "scikit-image" in told.err and told.err.count("\n") == 1
    assert not (tmp_path / "demo").exists()


def test_a_sheet_shows_every_picture_and_passes_by_what_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, colour in (("a.png", "red"), ("b.jpg", "green")):
        Image.new("RGB", (40, 30), colour).save(tmp_path / name)
    (tmp_path / "c.png").write_text("no picture")
    target = tmp_path / "sheet.jpg"
    assert contact_sheet.main(tmp_path, target) == 0
    told = capsys.readouterr()
    assert "2 pictures on one sheet" in told.out and "c.png is no picture" in told.err
    with Image.open(target) as sheet:
        red, green = (sheet.getpixel((12 + 90 + at * 192, 12 + 90)) for at in (0, 1))
    assert isinstance(red, tuple) and isinstance(green, tuple)
    assert red[0] > 200 > red[1] and green[1] > 100 > green[0]


def test_a_folder_without_pictures_makes_no_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert contact_sheet.main(tmp_path / "nothing", tmp_path / "sheet.jpg") == 1
    assert "no picture" in capsys.readouterr().err
    assert not (tmp_path / "sheet.jpg").exists()
