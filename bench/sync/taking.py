"""One turn of one tool, and what it took: seconds, processor seconds, memory, and whether it found what was there."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from msgspec import Struct

from bench import processes
from bench.sync.tree import Found, Tree

WORKLOADS = ("first", "unchanged", "churn")
_BETWEEN = 0.05


class Cost(NamedTuple):
    """What a turn took."""

    wall: float
    processor: float
    peak: float
    """MiB of resident memory, at most."""


class Taken(Struct, frozen=True, kw_only=True):
    """One turn."""

    tool: str
    files: int
    workload: str
    wall: float
    processor: float
    peak: float
    right: bool
    """It found exactly what had changed."""
    deletes: bool
    """It noticed that files are gone."""


class Tool(Protocol):
    """Something that can be asked what changed in a folder."""

    name: str
    promise: str

    def opened(self, room: Path, tree: Tree) -> AbstractContextManager[Turn]:
        """Return a context in which `turn(workload)` gives (Cost, Found). `room` is an empty folder of its own."""


Turn = Callable[[str], tuple[Cost, Found]]


def program(
    command: Sequence[str], folder: Path, log: Path, environment: Mapping[str, str] | None = None
) -> tuple[Cost, str]:
    """Run a program to its end; return what it took, with its children, and what it printed. Raises RuntimeError."""
    out = log.with_suffix(".out")
    with log.open("ab") as errors, out.open("wb") as said:
        began, peak = time.perf_counter(), 0.0
        started = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=errors,
        )
        pid = 0
        while not pid:
            # What the system tells at the end includes what we ourselves held when it began.
            peak = max(peak, processes.memory([started.pid]).rss)
            pid, status, usage = os.wait4(started.pid, os.WNOHANG)
            time.sleep(0 if pid else min(_BETWEEN, (time.perf_counter() - began) / 20))
        took = time.perf_counter() - began
        started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode != 0:
        last = log.read_text(errors="replace").strip().splitlines()[-1:]
        raise RuntimeError(f"{processes.named(command[:3])} ended with {started.returncode}: {' '.join(last)}")
    cost = Cost(took, usage.ru_utime + usage.ru_stime, peak)
    return cost, out.read_text(errors="surrogateescape")


class Watched:
    """What some running processes and their children take from now on."""

    def __init__(self, pids: Sequence[int]) -> None:
        self._pids = list(pids)
        self._used = processes.processor(self._pids)
        self._began = time.perf_counter()
        self._peak = 0.0

    def look(self) -> None:
        """Note how much memory they hold now."""
        self._peak = max(self._peak, processes.memory(self._pids).rss)

    def cost(self) -> Cost:
        """Return what they took."""
        wall = time.perf_counter() - self._began
        return Cost(wall, processes.processor(self._pids) - self._used, self._peak)


@contextmanager
def watching(pids: Sequence[int]) -> Iterator[Watched]:
    """Watch processes while something is done; look at their memory again and again."""
    watched, stop = Watched(pids), threading.Event()

    def look() -> None:
        while not stop.wait(_BETWEEN):
            watched.look()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield watched
    finally:
        stop.set()
        thread.join()
