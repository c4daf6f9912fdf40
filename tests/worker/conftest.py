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

from tests.worker.house import TOKEN, House

ROOT = Path(__file__).parents[2]
Starter = Callable[..., "Started"]


class Started:
    """A worker process."""

    def __init__(self, house: House, folder: Path, **options: Any) -> None:
        self.log = folder / f"worker-{len(list(folder.iterdir()))}.log"
        self.scratch = folder / "scratch"
        given = {
            "url": house.url,
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
def house() -> Iterator[House]:
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
        workers.append(Started(house, tmp_path, **options))
        return workers[-1]

    yield starter
    for worker in workers:
        family = worker.family() if worker.process.poll() is None else []
        if worker.process.poll() is None:
            worker.signal(signal.SIGCONT)
            worker.process.kill()
            worker.process.wait()
        print(worker.log.read_text())
        assert dead(*family)
        assert TOKEN not in worker.log.read_text()


@pytest.fixture
def worker(start: Starter) -> Started:
    return start()
