"""The peers: RQ on Redis and Huey on SQLite, as their own documentation has them run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import equipment
from bench.engines import Command, Engine, House, Opened
from bench.equipment import ROOT

_SIDES = ROOT / "bench" / "sides"
_LOST = {
    "everysec": "up to a second of answered submissions may be lost with the power",
    "always": "an answer means it is on disk",
}
_RQ = {
    "Worker": "each job in a fork of its own; an abandoned job is failed later, and run again only where tries are set",
    "SimpleWorker": "the job runs inside the worker, so a crash takes both",
}


def engines(python: Path, *, with_redis: bool) -> list[Engine]:
    """Return the peers that can run here; `python` is that of their environment."""
    made = [
        Engine(
            name="Huey, processes",
            promise="an answer means it is on disk; the job of a killed worker is gone; ended jobs are not remembered",
            opened=_huey(python),
        )
    ]
    if not with_redis:
        return made
    for worker, sync, weight in (("Worker", "everysec", 0.06), ("SimpleWorker", "everysec", 0.3)):
        made.append(_rq_engine(python, worker, sync, weight))
    return [*made, _rq_engine(python, "SimpleWorker", "always", 0.2)]


def _rq_engine(python: Path, worker: str, sync: str, weight: float) -> Engine:
    return Engine(
        name=f"RQ {worker}, AOF {sync}",
        promise=f"{_LOST[sync]}; {_RQ[worker]}",
        opened=_rq(python, worker, sync),
        weight=weight,
    )


def _rq(python: Path, worker: str, sync: str) -> Opened:
    @contextmanager
    def opened(folder: Path) -> Iterator[House]:
        with equipment.redis(folder, sync) as (pid, address):
            command = [str(python.with_name("rq")), "worker", "-q", "--url", address]

            def workers(slots: int) -> list[Command]:
                return [[*command, "--worker-class", f"rq.{worker}", "bench"] for _ in range(slots)]

            client = [str(python), str(_SIDES / "rq_client.py")]
            yield House(folder, [pid], client, workers, {"BENCH_URL": address})

    return opened


def _huey(python: Path) -> Opened:
    @contextmanager
    def opened(folder: Path) -> Iterator[House]:
        consumer = [str(python.with_name("huey_consumer")), "bench.sides.huey_client.QUEUE", "-q", "-k", "process"]

        def workers(slots: int) -> list[Command]:
            return [[*consumer, "-w", str(slots)]]

        file = str(folder / "huey.db")
        client = [str(python), "-m", "bench.sides.huey_client"]
        yield House(folder, [], client, workers, {"BENCH_FILE": file})

    return opened
