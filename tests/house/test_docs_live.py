"""The README and the tutorial are walked, word by word, in a house of their own."""

from __future__ import annotations

import importlib
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobyard.client import Jobyard
from jobyard.job.record import Job
from jobyard.kinds import Kind, Registry
from tests.house import markdown, tree
from tests.rehearsal import Rehearsal

PROGRAMS = ("echo", "sh", "sleep")
ENDS_BADLY = ("jobs wait 2", "--tries 2 --follow")
"""What the tutorial does with jobs that do not succeed, and says so."""


class Walk:
    """A house on a free port, and a folder beside it in which a reader types."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JOBYARD_")}
        self.environment = {**kept, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"}
        allowed = [word for program in PROGRAMS for word in ("--allow-command", program)]
        self.server = subprocess.Popen(
            [sys.executable, "-m", "jobyard", "up", "--port", "0", "--json", *allowed],
            cwd=folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.told: dict[str, Any] = {}
        self.token = ""

    def settle(self) -> None:
        """Wait for the house, and make a key."""
        assert self.server.stdout is not None
        self.told = json.loads(self.server.stdout.readline())
        self.token = json.loads(self.say("jobyard keys create --json").stdout)["secret"]

    def say(self, line: str) -> subprocess.CompletedProcess[str]:
        """Type a line and return what came back."""
        words = shlex.split(line)
        return subprocess.run(words, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=60)

    def run(self, block: markdown.Block) -> str:
        """Run a block of Python as a program, with this house's address and token; return what it printed."""
        text = block.text.replace("http://127.0.0.1:8080", self.told["url"]).replace("jy_...", self.token)
        ran = subprocess.run([sys.executable, "-c", text], env=self.environment, capture_output=True, text=True)
        assert ran.returncode == 0, f"{block.page}:{block.line} {ran.stderr}"
        return ran.stdout

    def close(self) -> None:
        """Stop the server as a person would."""
        self.server.terminate()
        self.server.communicate(timeout=30)


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    """A house with nothing in it."""
    walk = Walk(tmp_path)
    try:
        walk.settle()
        yield walk
    finally:
        walk.close()


def typed(page: Path) -> list[str]:
    """Return the lines of a page that ask a running house for something."""
    lines = [line for block in markdown.blocks(page, "sh") for line in markdown.commands(block)]
    return [line for line in lines if line.startswith("jobyard ") and not line.startswith("jobyard up")]


def test_the_tutorial_can_be_typed_as_it_stands(walk: Walk) -> None:
    for line in typed(tree.ROOT / "docs" / "tutorial" / "first-job.md"):
        answered = walk.say(line)
        assert answered.returncode == (1 if line.endswith(ENDS_BADLY) else 0), f"{line}: {answered.stderr}"
    with Jobyard(walk.told["url"], walk.token) as house:
        jobs = {job.number: house.wait(job.id) for job in house.jobs()}
    seen = [(number, job.name, job.state, job.attempt) for number, job in sorted(jobs.items())]
    assert seen == [
        (1, "Run a command", "succeeded", 1),
        (2, "A long nap", "cancelled", 1),
        (3, "Run a command", "failed", 4),
    ]
    (block,) = markdown.blocks(tree.ROOT / "docs" / "tutorial" / "first-job.md", "python")
    assert walk.run(block).startswith("3 Run a command The command sh exited with code 3")


def test_the_readme_can_be_typed_as_it_stands(walk: Walk) -> None:
    page = tree.ROOT / "README.md"
    for line in typed(page):
        assert walk.say(line).returncode == 0, line
    # The rest is for clients of other products, which have environments and tests of their own.
    first, second, *_ = markdown.blocks(page, "python")
    assert walk.run(first) == "succeeded ['Hello']\n"
    assert walk.run(first) == "succeeded ['Hello']\n"
    walk.run(second)
    with Jobyard(walk.told["url"], walk.token) as house:
        seen = [(job.name, job.state) for job in house.jobs()]
    assert seen == [("Nightly training", "succeeded"), ("Run a command", "succeeded"), ("Run a command", "succeeded")]


@pytest.mark.storm
def test_the_how_to_of_schedules_can_be_typed_as_it_stands(walk: Walk) -> None:
    page = tree.ROOT / "docs" / "how-to" / "run-on-a-schedule.md"
    for line in typed(page):
        assert walk.say(line).returncode == 0, line
    (block,) = markdown.blocks(page, "python")
    assert walk.run(block).count("datetime.datetime") == 5
    with Jobyard(walk.told["url"], walk.token) as house:
        assert {one.name: one.state for one in house.schedules.all()} == {"heartbeat": "active", "nightly": "paused"}
        assert len(list(house.jobs())) == 1


def test_the_kind_of_the_how_to_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = markdown.blocks(tree.ROOT / "docs" / "how-to" / "write-a-kind.md", "python")[0]
    (tmp_path / "how_to.py").write_text(block.text)
    monkeypatch.syspath_prepend(str(tmp_path))
    kind: type[Kind] = importlib.import_module("how_to").CountWords
    parameters = Registry([kind]).parameters("texts.count", {"texts": ["one two", "three"]})
    job = Job(id="a" * 32, kind=kind.name, owner="ada", attempt=1)
    rehearsal = Rehearsal(job, tmp_path, lambda verb, payload: None)
    assert kind().run(parameters, rehearsal) == {"words": 3}
    assert (rehearsal.results / "report.txt").read_text() == "3 words\n"
    assert [done for done, _, _ in rehearsal.told] == [1, 2]
