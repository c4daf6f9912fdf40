"""The demo's own kind of work."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image

from jobyard.demo.kinds import KINDS, Study, StudyColours
from jobyard.job.record import Job
from jobyard.kinds import Cancelled, Registry
from tests.rehearsal import Rehearsal, context


def rehearse(tmp_path: Path, **more: Any) -> Rehearsal:
    job = Job(id="0" * 32, kind="demo.study", owner="anna", attempt=1)
    return Rehearsal(job, tmp_path / "attempt", lambda verb, payload: None, **more)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "pictures"
    made.mkdir()
    Image.new("RGB", (40, 40), (200, 100, 50)).save(made / "a.png")
    Image.new("L", (40, 10), 7).save(made / "b.jpg")
    (made / "notes.txt").write_text("none")
    return made


def test_the_demos_kinds_are_the_installed_ones_and_its_own() -> None:
    names = set(Registry(KINDS).names())
    assert names == set(Registry.installed().names()) | {"demo.study"}
    assert "demo.study" not in Registry.installed().names()


def test_a_study_measures_every_picture_and_tells_how_far_it_is(tmp_path: Path, folder: Path) -> None:
    rehearsal = rehearse(tmp_path)
    result = StudyColours().run(Study(folder=str(folder), seconds=0.0), context(rehearsal))
    assert result == {"pictures": 2}
    colours = msgspec.json.decode((rehearsal.results / "colours.json").read_bytes())
    assert colours["a.png"] == [200.0, 100.0, 50.0] and colours.keys() == {"a.png", "b.jpg"}
    done = [told[0] for told in rehearsal.told]
    assert done == sorted(done) and rehearsal.told[-1][:2] == (40, 40)
    assert len(rehearsal.lines) == 2


def test_a_study_takes_as_long_as_it_is_told(tmp_path: Path, folder: Path) -> None:
    began = time.monotonic()
    StudyColours().run(Study(folder=str(folder), seconds=0.6), context(rehearse(tmp_path)))
    assert 0.6 <= time.monotonic() - began < 5.0


def test_a_study_stops_when_it_is_asked_to(tmp_path: Path, folder: Path) -> None:
    rehearsal = rehearse(tmp_path, looks=5)
    with pytest.raises(Cancelled):
        StudyColours().run(Study(folder=str(folder), seconds=60.0), context(rehearsal))
    assert not (rehearsal.results / "colours.json").exists()


def test_a_study_is_found_by_its_folder() -> None:
    resource = StudyColours.resource(Study(folder="/data/pictures"))
    assert resource is not None and (resource.type, resource.name) == ("folder", "pictures")


def test_a_study_passes_over_pictures_that_go_meanwhile(tmp_path: Path, folder: Path) -> None:
    rehearsal = rehearse(tmp_path)

    class Tidied(StudyColours):
        def _rest(self, seconds: float, context: Any) -> None:
            (folder / "b.jpg").unlink(missing_ok=True)

    assert Tidied().run(Study(folder=str(folder), seconds=0.0), context(rehearsal)) == {"pictures": 1}
    assert len(rehearsal.lines) == 2 and "b.jpg is gone" in str(rehearsal.lines[-1])
    assert rehearsal.told[-1][:2] == (40, 40)
