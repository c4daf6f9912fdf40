"""The example package as a stranger would use it: built, installed apart, found, run."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jobyard.job.record import Job
from jobyard.kinds import Cancelled, Kind, Registry
from tests.rehearsal import Rehearsal, context

EXAMPLE = Path(__file__).parents[2] / "examples" / "jobyard-example-kind"

ASK = """
from jobyard.job.errors import WrongParameters
from jobyard.kinds import Registry
registry = Registry.installed()
kind = registry.kind("text.count")
print(kind.__module__, kind.title, kind.tries)
print(registry.parameters("text.count", {"text": "a"}).pause)
try:
    registry.parameters("text.count", {"text": "a", "pause": 11})
except WrongParameters as refused:
    print(refused.fields[0]["path"])
print("command.run" in registry.names())
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the package's wheel is installed; a wheel of plain Python is installed by unpacking it."""
    wheels, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(wheels), str(EXAMPLE)]
    built = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONWARNINGS": ""})
    assert built.returncode == 0, built.stdout + built.stderr
    with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
        wheel.extractall(target)
    return target


def test_the_registry_finds_the_kind_of_an_installed_package(installed: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    asked = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, env=environment)
    assert asked.stdout.splitlines() == [
        "jobyard_example_kind.count Count words 2",
        "0.0",
        "parameters.pause",
        "True",
    ], asked.stderr


def test_without_the_package_the_kind_is_unknown() -> None:
    assert "text.count" not in Registry.installed().names()


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> type[Kind]:
    monkeypatch.syspath_prepend(str(EXAMPLE / "src"))
    module = __import__("jobyard_example_kind.count", fromlist=["TextCount"])
    found: type[Kind] = module.TextCount
    return found


def rehearse(folder: Path, looks: int | None = None, **given: Any) -> Rehearsal:
    def refuse(verb: str, payload: Any) -> Any:
        raise AssertionError(verb)

    return Rehearsal(Job(id="a" * 32, kind="text.count", owner="ada", parameters=given), folder, refuse, looks=looks)


def test_it_counts_with_progress_a_log_and_a_file(kind: type[Kind], tmp_path: Path) -> None:
    rehearsal = rehearse(tmp_path, text="To be\nor not\nto be")
    parameters = msgspec.convert(rehearsal.job.parameters, kind.Parameters)
    assert kind().run(parameters, context(rehearsal)) == {"words": 6, "different": 4}
    assert rehearsal.told == [(1, 3, "line 1 of 3"), (2, 3, "line 2 of 3"), (3, 3, "line 3 of 3")]
    assert rehearsal.lines == ["Counted 6 words."]
    written = (rehearsal.results / "words.csv").read_text(encoding="utf-8").splitlines()
    assert written == ["word,count", "be,2", "not,1", "or,1", "to,2"]


def test_it_stops_at_the_line_where_somebody_cancelled(kind: type[Kind], tmp_path: Path) -> None:
    rehearsal = rehearse(tmp_path, looks=1, text="a\nb\nc")
    with pytest.raises(Cancelled):
        kind().run(msgspec.convert(rehearsal.job.parameters, kind.Parameters), context(rehearsal))
    assert [done for done, _, _ in rehearsal.told] == [1, 2]
    assert not (rehearsal.results / "words.csv").exists()
