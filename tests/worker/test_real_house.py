"""The worker against the real server: what each of them promises, kept by both together."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn

from jobyard.people.record import HOUSE, Key, KeyForm, KeyScope
from jobyard.server import House, open_store
from jobyard.settings import Settings
from tests.plain import NO_TRUST
from tests.worker.conftest import Started
from tests.worker.kinds import REGISTRY

FINAL = {"succeeded", "failed", "cancelled"}


class RealHouse:
    """A server in a thread, with a client that may do everything and a key for workers."""

    def __init__(self, folder: Path) -> None:
        self._settings = Settings(data=str(folder / "data"), port=0, workers=0, lease=2.0, round=0.2)
        self._server: uvicorn.Server | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), daemon=True)
        self._thread.start()
        assert self._ready.wait(60)
        self.client = httpx2.Client(
            base_url=f"{self.url}/v1", headers={"Authorization": f"Bearer {self.full}"}, verify=NO_TRUST
        )

    async def _live(self) -> None:
        house = House(self._settings, open_store(self._settings), REGISTRY)
        await house.first_password()
        self.full = await self._key(house, KeyScope.FULL)
        self.token = await self._key(house, KeyScope.DESK)
        config = uvicorn.Config(house.app, port=0, log_level="error", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        serving = asyncio.create_task(self._server.serve())
        while not self._server.started:  # noqa: ASYNC110 - the server has no other sign
            await asyncio.sleep(0.01)
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"
        self._ready.set()
        await serving

    async def _key(self, house: House, scope: KeyScope) -> str:
        _, secret = await house.engine.people.add_key(HOUSE, Key(id="", user="admin", form=KeyForm.TOKEN, scope=scope))
        return secret

    def close(self) -> None:
        assert self._server is not None
        self.client.close()
        self._server.should_exit = True
        self._thread.join(20)

    def submit(self, kind: str, /, **rest: Any) -> str:
        fields = {name: rest.pop(name) for name in ("tries", "time_limit", "memory_limit", "queue") if name in rest}
        answer = self.client.post("/jobs", json={"kind": kind, "parameters": rest, **fields})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def job(self, job: str, wait: float = 0) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"/jobs/{job}").json()
        return found

    def until(self, job: str, *states: str) -> dict[str, Any]:
        """Look again and again: the server under test is another thread, and watching it is not what is tested."""
        end = time.monotonic() + 30
        while (found := self.job(job))["state"] not in states or (states == ("running",) and not found["begun_at"]):
            assert time.monotonic() < end, found
            time.sleep(0.02)
        return found

    def final(self, job: str) -> dict[str, Any]:
        return self.until(job, *FINAL)

    def log(self, job: str, stream: str) -> list[str]:
        lines = self.client.get(f"/jobs/{job}/log").json()["lines"]
        return [line["text"] for line in lines if line["stream"] == stream]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealHouse]:
    house = RealHouse(tmp_path_factory.mktemp("real"))
    yield house
    house.close()


@pytest.fixture(scope="module")
def worker(house: RealHouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    worker = Started(house.url, tmp_path_factory.mktemp("worker"), token=house.token)
    yield worker
    worker.bury()


def test_a_job_runs_and_all_it_said_can_be_read(house: RealHouse, worker: Started) -> None:
    job = house.submit("echo", text="hello")
    done = house.final(job)
    assert done["state"] == "succeeded" and done["result"]["text"] == "hello"
    assert done["worker"] is None and done["attempt"] == 1
    assert done["progress"]["text"] == "half way"
    assert house.log(job, "out") == ["printed hello"] and house.log(job, "log") == ["one", "two"]


def test_how_long_a_short_job_ran_is_told_though_its_begin_and_its_end_come_together(
    house: RealHouse, worker: Started
) -> None:
    done = house.final(house.submit("sleeps", seconds=0.05))
    begun, finished = (datetime.fromisoformat(done[name]) for name in ("begun_at", "finished_at"))
    assert datetime.fromisoformat(done["started_at"]) <= begun <= finished - timedelta(seconds=0.05)


def test_result_files_can_be_fetched(house: RealHouse, worker: Started) -> None:
    job = house.submit("files", text="grüße", count=3_000_000)
    house.final(job)
    results = house.client.get(f"/jobs/{job}/results").json()
    found = {one["name"]: one for one in (results if isinstance(results, list) else results["results"])}
    assert set(found) == {"a näme.txt", "big"}
    assert found["a näme.txt"]["media_type"] == "text/plain" and found["big"]["size"] == 3_000_000
    assert house.client.get(f"/jobs/{job}/results/big").content == b"x" * 3_000_000


@pytest.mark.parametrize(
    ("kind", "given", "reason", "words"),
    [
        ("error", {"text": "no luck"}, "error", "no luck"),
        ("crashes", {}, "signal", "SIGSEGV"),
        ("vanishes", {"count": 3}, "error", "exited with code 3"),
        ("eats", {"count": 300, "memory_limit": 64 << 20}, "memory", "limit of 64 MiB"),
        ("sleeps", {"time_limit": 0.2}, "timeout", "time limit of 0.2 s"),
        ("returns", {"text": "big"}, "error", "64,000 are allowed"),
        ("calls", {}, "error", "There is no capability room"),
    ],
)
def test_failures_are_named(
    house: RealHouse, worker: Started, kind: str, given: dict[str, Any], reason: str, words: str
) -> None:
    done = house.final(house.submit(kind, **given))
    assert (done["state"], done["failure"]["reason"]) == ("failed", reason)
    assert words in done["failure"]["message"]


@pytest.mark.parametrize("kind", ["sleeps", "looks", "progresses"])
def test_running_work_can_be_cancelled(house: RealHouse, worker: Started, kind: str) -> None:
    job = house.submit(kind)
    house.until(job, "running")
    assert house.client.post(f"/jobs/{job}/cancel").status_code == 200
    assert house.final(job)["state"] == "cancelled"


def test_long_work_outlives_its_lease_many_times(house: RealHouse, worker: Started) -> None:
    done = house.final(house.submit("sleeps", seconds=5))
    assert (done["state"], done["attempt"], done["failures"]) == ("succeeded", 1, 0)


def test_many_short_jobs_are_done_once_each(house: RealHouse, worker: Started) -> None:
    jobs = [house.submit("nothing") for _ in range(200)]
    ends = [house.final(job) for job in jobs]
    assert {(end["state"], end["attempt"]) for end in ends} == {("succeeded", 1)}


@pytest.fixture
def side(house: RealHouse, tmp_path: Path) -> Iterator[Callable[[str], Started]]:
    """Start workers that serve a line of their own."""
    workers: list[Started] = []

    def start(name: str) -> Started:
        # A line for each test: what a worker asked for before it was killed must not reach the next test.
        workers.append(Started(house.url, tmp_path, token=house.token, name=name, queues=[tmp_path.name]))
        return workers[-1]

    yield start
    for worker in workers:
        worker.bury()


def test_a_worker_that_leaves_burns_no_try_and_the_next_takes_over(
    house: RealHouse, side: Callable[[str], Started], tmp_path: Path
) -> None:
    leaving = side("w2")
    job = house.submit("sleeps", seconds=1, queue=tmp_path.name)
    house.until(job, "running")
    assert leaving.leave() == 0
    left = house.job(job)
    assert (left["state"], left["failures"]) == ("queued", 0)
    side("w3")
    done = house.final(job)
    assert (done["state"], done["failures"]) == ("succeeded", 0) and done["attempt"] >= 2


def test_the_work_of_a_killed_worker_is_lost_and_done_by_another(
    house: RealHouse, side: Callable[[str], Started], tmp_path: Path
) -> None:
    doomed = side("w4")
    job = house.submit("sleeps", seconds=1, tries=2, queue=tmp_path.name)
    house.until(job, "running")
    doomed.process.kill()
    doomed.process.wait()
    side("w5")
    done = house.final(job)
    assert (done["state"], done["attempt"]) == ("succeeded", 2)
    attempts = house.client.get(f"/jobs/{job}/attempts").json()
    assert attempts[0]["failure"]["reason"] == "lost" and attempts[0]["worker"] == "w4"


def test_a_worker_that_stood_still_is_fenced(house: RealHouse, side: Callable[[str], Started], tmp_path: Path) -> None:
    frozen = side("w6")
    job = house.submit("notes", path=str(tmp_path / "effects"), seconds=1.0, tries=2, queue=tmp_path.name)
    house.until(job, "running")
    frozen.signal(signal.SIGSTOP)
    side("w7")
    done = house.final(job)
    frozen.signal(signal.SIGCONT)
    assert (done["state"], done["attempt"]) == ("succeeded", 2)
    assert frozen.leave() == 0
    after = house.job(job)
    assert (after["revision"], after["finished_at"]) == (done["revision"], done["finished_at"])


def test_a_wrong_key_is_told_and_the_worker_waits(house: RealHouse, tmp_path: Path) -> None:
    stranger = Started(house.url, tmp_path, token="jy_wrong", name="stranger")
    end = time.monotonic() + 20
    while "does not accept this worker's key" not in stranger.log.read_text():
        assert time.monotonic() < end and stranger.process.poll() is None
        time.sleep(0.05)
    assert stranger.leave() == 0
