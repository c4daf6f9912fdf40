"""A house that was killed and comes back: what its workers ran is run again at once, and ends once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.cli.running import RunningHouse, alive, environment, eventually, running

LONG_LEASE = {"JOBYARD_LEASE": "120", "JOBYARD_ROUND": "1"}
"""So long that nothing in these tests can come from a lease that ran out."""
FIRST_HANGS = 'echo "$JOBYARD_ATTEMPT $$"; test "$JOBYARD_ATTEMPT" -gt 1 || exec sleep 300'

DEAF = "trap '' TERM; echo $$; while :; do sleep 1; done"


def hanging(house: RunningHouse) -> tuple[str, int]:
    """Submit work whose first attempt hangs; return it and the process of that attempt once it runs."""
    with house.client() as client:
        job = client.submit("command.run", {"argv": ["sh", "-c", FIRST_HANGS]})
        eventually(lambda: any(client.log(job.id, attempt=1)))
        return job.id, int(next(client.log(job.id, attempt=1)).text.split()[1])


def ends_once(house: RunningHouse, job: str, fate: str) -> None:
    with house.client() as client:
        ended = client.wait(job, timeout=15)
        assert (ended.state, ended.failures) == ("succeeded", 0)
        first, second = client.attempts(job)
        assert first.failure is not None and first.failure.reason == "lost"
        assert fate in first.failure.message
        assert (first.outcome, second.outcome) == ("back_off", "finish")
        assert [event.type for event in client.events(job)].count("finished") == 1


def test_a_killed_house_takes_up_again_at_its_next_start_what_its_workers_ran(tmp_path: Path) -> None:
    with running(tmp_path, workers=2, **LONG_LEASE) as house:
        job, work = hanging(house)
        eventually(lambda: len(_names(house)) == 2)
        names = _names(house)
        house.process.send_signal(signal.SIGKILL)
        house.process.wait()
    with running(tmp_path, workers=2, **LONG_LEASE) as again:
        began = time.monotonic()
        ends_once(again, job, "lost its server")
        assert time.monotonic() - began < 10
        eventually(lambda: not alive(work), within=8)
        eventually(lambda: _names(again) == names)


def test_the_work_of_a_worker_that_was_killed_is_taken_up_at_once(tmp_path: Path) -> None:
    with running(tmp_path, workers=1, **LONG_LEASE) as house:
        job, work = hanging(house)
        [worker] = house.workers()
        os.kill(worker, signal.SIGKILL)
        ends_once(house, job, "ended (SIGKILL)")
        assert not alive(work)


def test_what_the_work_of_a_killed_house_does_ends_soon(tmp_path: Path) -> None:
    with running(tmp_path, workers=1, **LONG_LEASE) as house:
        with house.client() as client:
            deaf = client.submit("command.run", {"argv": ["sh", "-c", DEAF]})
            eventually(lambda: any(client.log(deaf.id)))
            pid = int(next(client.log(deaf.id)).text)
        house.process.send_signal(signal.SIGKILL)
        house.process.wait()
        eventually(lambda: not alive(pid), within=6)


def test_a_second_worker_of_one_name_is_told_so_and_takes_nothing_until_the_first_has_left(tmp_path: Path) -> None:
    with running(tmp_path, workers=0, **LONG_LEASE) as house, house.client() as client, ExitStack() as stack:
        key = house.cli("keys", "create", "--scope", "desk", "--json").json["secret"]
        first = stack.enter_context(_twin(house, key, tmp_path / "first.log"))
        job = client.submit("command.run", {"argv": ["sleep", "600"]})
        eventually(lambda: client.job(job.id).begun_at is not None)
        second = stack.enter_context(_twin(house, key, tmp_path / "second.log"))
        eventually(lambda: "Another worker called twin is at work already" in (tmp_path / "second.log").read_text())
        assert first.poll() is None and second.poll() is None
        assert [worker.pid for worker in client.workers()] == [first.pid]
        assert client.job(job.id).attempt == 1
        first.send_signal(signal.SIGTERM)
        assert first.wait(15) == 0
        eventually(lambda: client.job(job.id).attempt == 2, within=15)
        assert client.attempts(job.id)[0].outcome == "give_back"
        assert [worker.pid for worker in client.workers()] == [second.pid]


@contextmanager
def _twin(house: RunningHouse, key: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    words = [sys.executable, "-m", "jobyard", "work", "--url", house.url, "--name", "twin", "--slots", "1"]
    with log.open("wb") as told:
        process = subprocess.Popen(words, env=environment(JOBYARD_TOKEN=key), stdout=told, stderr=told)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _names(house: RunningHouse) -> list[str]:
    with house.client() as client:
        return sorted(worker.name for worker in client.workers() if worker.alive)
