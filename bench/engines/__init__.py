"""What is measured: each engine is opened empty, is submitted to by a client of its own, and has workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from bench import processes
from bench.body import VARIABLE, Records
from bench.equipment import ROOT

Command = Sequence[str]


class House:
    """An engine that is up. `servers` are process ids; `workers` says how so many slots are started."""

    def __init__(
        self,
        folder: Path,
        servers: Sequence[int],
        client: Command,
        workers: Callable[[int], list[Command]],
        environment: Mapping[str, str],
    ) -> None:
        self.records = Records(folder / "records")
        self.servers = servers
        self._client = client
        self._workers = workers
        self._environment = {"PYTHONPATH": str(ROOT), VARIABLE: str(self.records.path), **environment}
        self._log = folder / "log"

    def submit(self, count: int, connections: int) -> dict[str, float]:
        """Submit; return `seconds`, `count` (without those that warmed the connections) and `cpu` of the client."""
        told: dict[str, float] = self._ask("submit", str(count), str(connections))[0]
        return told

    def pickup(self, count: int) -> list[tuple[int, float]]:
        """Submit into the quiet; return each number with the moment it was asked for."""
        asked: list[tuple[int, float]] = [(number, at) for number, at in self._ask("pickup", str(count))[0]["asked"]]
        return asked

    def listing(self, repeats: int, counts: Sequence[int]) -> list[dict[str, Any]]:
        """Let the client's side fill the engine and list it."""
        return self._ask("list", str(repeats), *map(str, counts))

    @contextmanager
    def working(self, slots: int) -> Iterator[list[int]]:
        """Start workers with so many slots in all; give their process ids."""
        with ExitStack() as stack:
            yield [
                stack.enter_context(processes.started(command, self._environment, self._log)).pid
                for command in self._workers(slots)
            ]

    def _ask(self, *words: str) -> list[Any]:
        return processes.told([*self._client, *words], self._environment, self._log)


Opened = Callable[[Path], AbstractContextManager[House]]


class Engine(Struct, frozen=True, kw_only=True):
    """One way of running jobs, as it is set up here."""

    name: str
    promise: str
    """What it promises at these settings."""
    opened: Opened
    """Bring it up in an empty folder."""
    weight: float = 1.0
    """How much of the full count of jobs it gets in a drain, so that slow ones end in time."""
