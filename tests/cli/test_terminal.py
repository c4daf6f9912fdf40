"""What a person at a terminal sees: bars that move, colours, and nothing that a name made the terminal do."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from jobyard.client import Jobyard
from jobyard.job.ids import new_id
from tests.cli.running import RunningHouse, environment


@pytest.fixture(scope="module")
def client(house: RunningHouse) -> Iterator[Jobyard]:
    with house.client() as made:
        yield made


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, house: RunningHouse, *words: str) -> None:
        self._near, far = pty.openpty()
        kept = environment()
        del kept["NO_COLOR"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jobyard", *words, "--data", str(house.data)],
            cwd=house.folder,
            env=kept | {"TERM": "xterm-256color"},
            stdin=far,
            stdout=far,
            stderr=far,
        )
        os.close(far)
        self.text = ""

    def read(self, until: str = "") -> str:
        """Read until some text came, or to the end."""
        deadline = time.monotonic() + 40
        while not until or until not in self.text:
            assert time.monotonic() < deadline, self.text
            try:
                chunk = os.read(self._near, 65536)
            except OSError:
                break
            self.text += chunk.decode(errors="replace")
        return self.text

    def type(self, text: str) -> None:
        """Type something."""
        os.write(self._near, text.encode())

    def end(self) -> int:
        """Wait for the end."""
        self.read()
        code = self.process.wait(20)
        os.close(self._near)
        return code


def test_waiting_shows_a_bar_that_moves(house: RunningHouse, client: Jobyard) -> None:
    sign = house.sources / "go-on"
    told = {"argv": ["sh", "-c", f"until test -e {sign}; do sleep 0.1; done"]}
    job = client.submit("command.run", told, name="A\x1b[2J nap")
    shown = Terminal(house, "jobs", "wait", job.id)
    shown.read("running")
    sign.touch()
    assert shown.end() == 0
    assert "A\\x1b[2J nap" in shown.text and "succeeded after" in shown.text
    assert "\x1b[2J" not in shown.text


def test_a_log_on_a_terminal_is_spelled_out(house: RunningHouse, client: Jobyard) -> None:
    job = client.submit("command.run", {"argv": ["sh", "-c", r"printf 'a\033]0;owned\007b\n'"]})
    client.wait(job.id, timeout=40)
    shown = Terminal(house, "jobs", "logs", job.id)
    assert shown.end() == 0
    assert "a\\x1b]0;owned\\x07b" in shown.text


def test_a_table_has_colours_and_fits(house: RunningHouse, client: Jobyard) -> None:
    client.wait(client.submit("command.run", {"argv": ["echo"]}).id, timeout=40)
    shown = Terminal(house, "jobs", "list", "--limit", "1")
    assert shown.end() == 0
    assert "\x1b[32msucceeded" in shown.text


def test_a_board_shows_what_waits_and_runs_until_ctrl_c(house: RunningHouse, client: Jobyard) -> None:
    first = client.submit("command.run", {"argv": ["echo"]}, queue="nobody", name="Waits\x1b[2J here")
    shown = Terminal(house, "jobs", "watch")
    shown.read("Waits")
    second = client.submit("command.run", {"argv": ["echo"]}, name="Comes later")
    shown.read(f"job {second.number} succeeded")
    client.cancel(first.id)
    shown.read(f"job {first.number} cancelled")
    shown.process.send_signal(2)
    assert shown.end() == 0
    assert "\x1b[2J" not in shown.text.replace("\\x1b[2J", "")


def test_a_backup_shows_how_far_it_is(house: RunningHouse) -> None:
    shown = Terminal(house, "keep", "backup", str(house.folder / "shown"))
    assert shown.end() == 0
    assert "backup" in shown.text and "result files" in shown.text


def test_a_download_shows_how_far_it_is(house: RunningHouse, client: Jobyard) -> None:
    told = {"argv": ["sh", "-c", "seq 1000 > out.txt"], "files": ["out.txt"]}
    job = client.wait(client.submit("command.run", told).id, timeout=40)
    shown = Terminal(house, "jobs", "download", job.id, "--to", str(house.folder), "--force")
    assert shown.end() == 0
    assert "out.txt" in shown.text and "100%" not in shown.text.partition("out.txt")[0]


def test_one_is_asked_back_before_many_jobs_change(house: RunningHouse, client: Jobyard) -> None:
    label = new_id()[:12]
    for _ in range(3):
        client.submit("command.run", {"argv": ["echo"]}, queue="nobody", labels={label: ""})
    words = ("jobs", "edit", "--all", "--label", label, "--set-name", "\x1b[2J")
    shown = Terminal(house, *words)
    shown.read("[y/N] ")
    assert "Edit 3 jobs (name \\x1b[2J)? [y/N] " in shown.text
    shown.type("n\n")
    assert shown.end() == 130 and "nothing was done" in shown.text
    assert {job.name for job in client.jobs(label=label)} == {"Run a command"}
    shown = Terminal(house, "jobs", "cancel", "--all", "--label", label)
    shown.read("Cancel 3 jobs? [y/N] ")
    shown.type("y\n")
    assert shown.end() == 0
    assert "3 of 3" in shown.text and "3 jobs cancelled" in shown.text
    assert {job.state for job in client.jobs(label=label)} == {"cancelled"}
