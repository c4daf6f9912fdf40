"""The worker processes beside a server: kept going, sent home gently, and ended when they will not go."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from msgspec import structs

from jobyard.cli import crew, serving
from jobyard.cli.crew import Crew, WorkerPlan
from jobyard.job.errors import Unavailable
from jobyard.settings import Settings
from tests.cli.running import alive

DIES = "import sys; open(sys.argv[1], 'a').write('x'); sys.exit(3)"
OBEYS = """
import signal, sys, time
def leave(*rest):
    open(sys.argv[1], "a").write("left")
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
open(sys.argv[1], "a").write("here ")
time.sleep(60)
"""
REFUSES = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1], "a").write("here")
time.sleep(60)
"""


class Rehearsed(Crew):
    """A crew whose workers are small programs."""

    def __init__(self, program: str, place: Path, workers: int = 1) -> None:
        plan = WorkerPlan(url="http://127.0.0.1:9", token_file=place, slots=1, queues=("default", "gpu"), kinds="a:b")
        self.buried = list[tuple[str, str]]()
        super().__init__(plan, [f"me-{number}" for number in range(1, workers + 1)], self._noted)
        self._program, self._place = program, place

    async def _noted(self, name: str, fate: str) -> None:
        self.buried.append((name, fate))
        raise Unavailable(reason="the store is closed")

    def _command(self, name: str) -> list[str]:
        return [sys.executable, "-c", self._program, str(self._place)]

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self._processes.values()]


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - what another process does is no event of ours
            await asyncio.sleep(0.02)


def live(play: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await play()

    asyncio.run(main())


def written(place: Path) -> str:
    return place.read_text() if place.exists() else ""


def test_a_worker_is_told_all_it_needs_and_no_secret(tmp_path: Path) -> None:
    plan = WorkerPlan(url="http://h", token_file=tmp_path, slots=3, queues=("default", "gpu"), kinds="a:b")
    words = Crew(plan, ["me-1"], nobody)._command("me-1")
    assert words[:5] == [sys.executable, "-P", "-m", "jobyard", "work"]
    told = " ".join(words[5:])
    assert f"--url http://h --token-file {tmp_path} --name me-1 --slots 3 --leave-with " in told
    assert told.endswith("--queues default --queues gpu --kinds-from a:b")


def test_workers_have_names_of_their_own_that_last(tmp_path: Path) -> None:
    one, other = Settings(data=str(tmp_path / "a"), workers=3), Settings(data=str(tmp_path / "b"), workers=3)
    assert len(set(serving._names(one))) == 3
    assert serving._names(one) == serving._names(one) == serving._names(other)
    shared = [structs.replace(house, database="postgresql://h/d") for house in (one, other)]
    assert len({name for house in shared for name in serving._names(house)}) == 6
    assert serving._names(shared[0]) == serving._names(shared[0])


async def nobody(name: str, fate: str) -> None:
    return None


def test_only_named_kinds_are_told(tmp_path: Path) -> None:
    plan = WorkerPlan(url="http://h", token_file=tmp_path, slots=1, queues=("default",))
    assert "--kinds-from" not in Crew(plan, ["x"], nobody)._command("x")


def test_a_worker_that_dies_comes_back_after_growing_pauses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(crew, "_FIRST_PAUSE", 0.05)
    place = tmp_path / "told"

    async def play() -> None:
        one = Rehearsed(DIES, place)
        one.start()
        await until(lambda: len(written(place)) >= 4)
        await one.stop()
        assert one.buried[:3] == [("me-1", "lost its server"), ("me-1", "ended (code 3)"), ("me-1", "ended (code 3)")]

    live(play)
    assert "waits for its lease" in caplog.text
    pauses = [
        str(record.args[2]) for record in caplog.records if isinstance(record.args, tuple) and len(record.args) > 2
    ]
    assert pauses[:3] == ["0.05", "0.1", "0.2"]
    assert "code 3" in caplog.text


def test_workers_are_sent_home_gently(tmp_path: Path) -> None:
    place = tmp_path / "told"

    async def play() -> None:
        one = Rehearsed(OBEYS, place, workers=2)
        one.start()
        await until(lambda: written(place).count("here") == 2)
        pids = one.pids
        await one.stop()
        assert not any(map(alive, pids))

    live(play)
    assert written(place).count("left") == 2


def test_a_worker_that_will_not_go_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_GENTLE", 0.5)
    place = tmp_path / "told"

    async def play() -> None:
        one = Rehearsed(REFUSES, place)
        one.start()
        await until(lambda: "here" in written(place))
        pids, began = one.pids, time.monotonic()
        await one.stop()
        assert time.monotonic() - began < 10
        assert not any(map(alive, pids))

    live(play)


def test_in_a_hurry_nobody_is_asked(tmp_path: Path) -> None:
    place = tmp_path / "told"

    async def play() -> None:
        one = Rehearsed(OBEYS, place)
        one.start()
        await until(lambda: "here" in written(place))
        one.hurry()
        await one.stop()

    live(play)
    assert "left" not in written(place)


def test_a_crew_of_nobody_stops_at_once(tmp_path: Path) -> None:
    async def play() -> None:
        one = Rehearsed(OBEYS, tmp_path / "told", workers=0)
        one.start()
        await one.stop()

    live(play)


@pytest.mark.parametrize(("code", "text"), [(0, "code 0"), (3, "code 3"), (-9, "SIGKILL"), (-250, "signal 250")])
def test_an_end_is_told_in_words(code: int, text: str) -> None:
    assert crew._ending(code) == text
