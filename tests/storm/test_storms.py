"""T-06, T-07, T-11, T-12, T-16: kill, stop and freeze real processes; nothing is lost, nothing is done twice."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.storm.weather import LEASE, Weather, storm

DATABASES = ["sqlite", "postgres"]
SEEDS = range(int(os.environ.get("STORM_SEEDS", "1")))
"""Each of these takes minutes, so there is one of a kind unless somebody asks for more."""


@pytest.fixture
def weather(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[int], Weather]]:
    begun = []
    database = getattr(request, "param", "sqlite")
    settings = {"database": request.getfixturevalue("postgres_address")} if database == "postgres" else {}

    def begin(seed: int) -> Weather:
        context = storm(tmp_path, seed, **settings)
        begun.append(context)
        return context.__enter__()

    yield begin
    for context in begun:
        context.__exit__(None, None, None)


def worker_storm(weather: Weather, jobs: int, workers: int, between: tuple[int, int] = (10, 60)) -> None:
    """Kill a random worker each time so many more jobs were done, and start another for it."""
    for _ in range(workers):
        weather.work()
    submitting = threading.Thread(target=weather.submit, args=(jobs,))
    submitting.start()
    while (done := weather.ledger.done()) < jobs * 0.9:
        mark = done + weather.chance.randint(*between)
        weather.wait_for(lambda mark=mark: weather.ledger.done() >= min(mark, jobs), 120, "more jobs are done")  # type: ignore[misc]
        weather.kill_worker(weather.chance.choice(sorted(weather.workers)))
        weather.work()
    submitting.join()
    weather.calm(60 + jobs * 0.1)


def server_storm(weather: Weather, kills: int) -> None:
    """Kill the server at random moments under load and start it again; every acknowledged write must be there."""
    weather.work()
    stop = threading.Event()

    def submitting() -> None:
        with weather.client() as http:
            while not stop.is_set():
                weather.submit(1, client=http, seconds=0.005)

    thread = threading.Thread(target=submitting)
    thread.start()
    try:
        for _ in range(kills):
            mark = len(weather.ledger.acknowledged) + 3
            weather.wait_for(lambda mark=mark: len(weather.ledger.acknowledged) >= mark, 60, "more are acknowledged")  # type: ignore[misc]
            time.sleep(weather.chance.uniform(0.0, 0.4))
            weather.kill_server()
            weather.serve()
    finally:
        stop.set()
        thread.join()
    weather.calm(60)


@pytest.mark.parametrize("weather", DATABASES, indirect=True)
def test_killing_workers_loses_nothing_and_doubles_nothing(weather: Callable[[int], Weather]) -> None:
    """T-06, small."""
    blowing = weather(6)
    worker_storm(blowing, jobs=150, workers=3, between=(20, 50))
    assert blowing.broken() == []
    assert blowing.ledger.kills >= 2


def test_killing_the_server_loses_nothing_acknowledged(weather: Callable[[int], Weather]) -> None:
    """T-07, small."""
    blowing = weather(7)
    server_storm(blowing, kills=4)
    assert blowing.broken() == []
    assert len(blowing.ledger.acknowledged) > 10


def frozen_worker(blowing: Weather, *, again: float = 1.5) -> str:
    """Freeze a worker in mid-job for longer than its lease; thaw it when another one runs the job. Return the job.

    The other one takes `again` seconds for it.
    """
    frozen = blowing.work(slots=1)
    blowing.submit(1, seconds=1.5, again=again)
    blowing.wait_for(lambda: blowing.counts()["running"] == 1, 10, "the job runs")
    for pid in _family(blowing.workers[frozen].pid):
        os.kill(pid, signal.SIGSTOP)
    blowing.ledger.kills += 1
    [job] = blowing.ledger.acknowledged.values()
    blowing.work()
    begun = f"SELECT COUNT(*) FROM events WHERE job = '{job}' AND type = 'begun' AND attempt = 2"
    blowing.wait_for(lambda: blowing.rows(begun) == [(1,)], LEASE * 3 + 10, "another worker runs the job")
    for pid in _family(blowing.workers[frozen].pid):
        os.kill(pid, signal.SIGCONT)
    blowing.calm(20)
    return job


def test_a_frozen_worker_s_late_finish_is_refused(weather: Callable[[int], Weather]) -> None:
    """T-12, small: SIGSTOP for longer than the lease, then CONT while another worker runs the job."""
    blowing = weather(12)
    job = frozen_worker(blowing)
    assert blowing.broken() == []
    assert blowing.rows(f"SELECT COUNT(*) FROM events WHERE job = '{job}' AND type = 'finished'") == [(1,)]


def test_the_storm_sees_a_house_that_ignores_attempt_numbers(tmp_path: Path) -> None:
    """The test of the test: without the fence the thawed worker ends another one's attempt."""
    with storm(tmp_path, 12, breaks="fence") as blowing:
        # Long enough for the thawed worker to be first, however busy the machine is.
        job = frozen_worker(blowing, again=15)
        assert f"I3: job {job} ended by attempt 2 carries the result of attempt 1" in blowing.broken()


def test_term_gives_jobs_back_without_burning_a_try(weather: Callable[[int], Weather]) -> None:
    """T-16, small: TERM under load."""
    blowing = weather(16)
    blowing.submit(40, seconds=0.05)
    for _ in range(3):
        name = blowing.work()
        before = blowing.counts()["succeeded"]
        blowing.wait_for(lambda before=before: blowing.counts()["succeeded"] > before, 20, "it works")  # type: ignore[misc]
        process = blowing.workers.pop(name)
        blowing.ledger.kills += 1
        process.terminate()
        assert process.wait(10) == 0
    blowing.work()
    blowing.calm(30)
    assert blowing.broken() == []
    assert blowing.rows("SELECT COUNT(*) FROM jobs WHERE failures > 0") == [(0,)]


def frozen_workers(blowing: Weather, count: int) -> None:
    """Freeze so many workers in mid-job, and thaw them while others run their jobs or when those have ended."""
    frozen = [blowing.work(slots=1) for _ in range(count)]
    for name in frozen:
        at_work(blowing, name)
    blowing.submit(count, seconds=2 * LEASE, again=0.1)
    blowing.wait_for(lambda: blowing.counts()["running"] == count, 60, "each of them runs a job")
    families = [pid for name in frozen for pid in _family(blowing.workers[name].pid)]
    for pid in families:
        os.kill(pid, signal.SIGSTOP)
    blowing.ledger.kills += count
    lost = "SELECT COUNT(*) FROM events WHERE type = 'backed_off'"
    before = blowing.rows(lost)[0][0]
    others = [blowing.work(slots=2) for _ in range(2)]
    blowing.wait_for(lambda: blowing.rows(lost)[0][0] >= before + count, LEASE * 3 + 60, "all of them are lost")
    time.sleep(blowing.chance.uniform(LEASE, 2 * LEASE))
    for pid in families:
        os.kill(pid, signal.SIGCONT)
    blowing.calm(120)
    # Time for what was thawed to say its late words.
    time.sleep(LEASE)
    for name in [*frozen, *others]:
        blowing.kill_worker(name)


@pytest.mark.storm
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("weather", DATABASES, indirect=True)
def test_two_hundred_frozen_workers(weather: Callable[[int], Weather]) -> None:
    """T-12: 200 workers that were stopped for longer than their lease, eight at a time."""
    blowing = weather(1200)
    for _ in range(25):
        frozen_workers(blowing, 8)
    assert blowing.broken() == []
    refused = blowing.rows("SELECT COUNT(*) FROM events WHERE type = 'refused'")
    assert refused[0][0] > 0, "no thawed worker spoke too late"
    assert blowing.rows("SELECT COUNT(*) FROM jobs WHERE failures > 0") == [(0,)]


@pytest.mark.storm
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("weather", DATABASES, indirect=True)
def test_thirty_gentle_stops(weather: Callable[[int], Weather]) -> None:
    """T-16: TERM under load thirty times, every third time twice."""
    blowing = weather(1600)
    stops = 30
    names = [blowing.work(), blowing.work()]
    for stop in range(stops):
        blowing.submit(40, seconds=0.05)
        at_work(blowing, names[0])
        gentle_stop(blowing, names.pop(0), twice=stop % 3 == 0)
        names.append(blowing.work())
    blowing.calm(400)
    assert blowing.broken() == []
    assert blowing.rows("SELECT COUNT(*) FROM jobs WHERE failures > 0") == [(0,)]


def at_work(blowing: Weather, name: str) -> None:
    """Wait until a worker has asked for work."""
    there = f"SELECT COUNT(*) FROM workers WHERE name = '{name}'"
    blowing.wait_for(lambda: blowing.rows(there) == [(1,)], 60, f"{name} asks for work")


def gentle_stop(blowing: Weather, name: str, *, twice: bool) -> None:
    """Send TERM to a worker, or two, and expect it to leave in time."""
    process = blowing.workers.pop(name)
    blowing.ledger.kills += 1
    process.terminate()
    if twice:
        time.sleep(blowing.chance.uniform(0, 0.3))
        process.terminate()
    # A second one may meet a process that has left already and listens no more.
    assert process.wait(10) in ({0, -signal.SIGTERM} if twice else {0})


@pytest.mark.storm
@pytest.mark.timeout(600)
@pytest.mark.parametrize("weather", DATABASES, indirect=True)
def test_a_frozen_server_robs_nobody(weather: Callable[[int], Weather]) -> None:
    """T-11, the server alone: stopped for longer than a lease, it gives those that it could not hear another one."""
    blowing = weather(1100)
    for _ in range(10):
        names = [blowing.work(slots=4), blowing.work(slots=4)]
        blowing.submit(8, seconds=3 * LEASE)
        blowing.wait_for(lambda: blowing.counts()["running"] == 8, 60, "the jobs run")
        assert blowing.server is not None
        time.sleep(blowing.chance.uniform(0, LEASE / 2))
        blowing.server.send_signal(signal.SIGSTOP)
        time.sleep(LEASE * 1.5)
        blowing.server.send_signal(signal.SIGCONT)
        blowing.calm(60)
        for name in names:
            blowing.kill_worker(name)
    assert blowing.rows("SELECT COUNT(*) FROM jobs WHERE attempt > 1") == [(0,)]
    assert blowing.broken() == []


@pytest.mark.storm
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("weather", DATABASES, indirect=True)
def test_the_worker_storm(weather: Callable[[int], Weather], seed: int) -> None:
    """T-06: 10,000 jobs, 8 workers."""
    blowing = weather(600 + seed)
    worker_storm(blowing, jobs=10_000, workers=8)
    assert blowing.broken() == []


@pytest.mark.storm
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("weather", DATABASES, indirect=True)
def test_the_server_storm(weather: Callable[[int], Weather], seed: int) -> None:
    """T-07: 50 kills of the server."""
    blowing = weather(700 + seed)
    server_storm(blowing, kills=50)
    assert blowing.broken() == []


def _family(pid: int) -> list[int]:
    import psutil

    process = psutil.Process(pid)
    return [pid, *(child.pid for child in process.children(recursive=True))]
