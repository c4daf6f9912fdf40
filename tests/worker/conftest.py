"""A house, and workers as processes of their own."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from tests.worker.door import TOKEN
from tests.worker.house import House

ROOT = Path(__file__).parents[2]
Starter = Callable[..., "Started"]


class Started:
    """A worker process."""

    def __init__(self, url: str, folder: Path, **options: Any) -> None:
        self.log = folder / f"worker-{len(list(folder.iterdir()))}.log"
        self.scratch = folder / "scratch"
        given = {
            "url": url,
            "name": "w1",
            "registry": "tests.worker.kinds:REGISTRY",
            "scratch": str(self.scratch),
            "beat": 0.1,
            **options,
        }
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "JOBYARD_TOKEN": TOKEN, "PLAIN": "seen"}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.worker.start", msgspec.json.encode(given).decode()],
                env=environment,
                stdout=log,
                stderr=log,
                cwd=folder,
            )

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def leave(self, seconds: float = 15.0) -> int:
        """Ask the worker to leave and return its exit code."""
        self.signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def bury(self) -> None:
        """Kill the worker if it lives, and find that nothing is left and that it kept its secret."""
        family = self.family() if self.process.poll() is None else []
        if self.process.poll() is None:
            self.signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
        print(self.log.read_text())
        assert dead(*family)
        assert TOKEN not in self.log.read_text()

    def family(self) -> list[int]:
        """Every process below the worker."""
        return [process.pid for process in psutil.Process(self.process.pid).children(recursive=True)]


def dead(*pids: int, seconds: float = 10.0) -> bool:
    """Wait until all these processes have ended; False when one has not in time."""
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            if not poll.poll(seconds * 1000):
                return False
        finally:
            os.close(descriptor)
    return True


@pytest.fixture
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    """A house: of its own for a test that starts workers, else the one that a module's tests share."""
    if "worker" in request.fixturenames:
        shared: House = request.getfixturevalue("shared_house")
        yield shared
        shared.reset()
        return
    house = House()
    house.start()
    yield house
    house.stop()
    house.check()


@pytest.fixture
def start(house: House, tmp_path: Path) -> Iterator[Starter]:
    """Start workers; at the end all are gone, with everything they have started."""
    workers: list[Started] = []

    def starter(**options: Any) -> Started:
        workers.append(Started(house.url, tmp_path, **options))
        return workers[-1]

    yield starter
    for worker in workers:
        worker.bury()


@pytest.fixture
def lone(start: Starter) -> Started:
    """A worker that a test may do away with."""
    return start()


@pytest.fixture(scope="module")
def shared_house() -> Iterator[House]:
    house = House()
    house.start()
    yield house
    house.stop()


@pytest.fixture(scope="module")
def shared_worker(shared_house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    worker = Started(shared_house.url, tmp_path_factory.mktemp("worker"))
    yield worker
    worker.bury()


@pytest.fixture
def worker(shared_worker: Started) -> Started:
    """The worker that a module's tests share; it must live on."""
    return shared_worker
