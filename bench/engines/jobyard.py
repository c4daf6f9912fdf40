"""Jobyard itself: the server of `jobyard up`, the worker of `jobyard work`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import processes
from bench.engines import Command, Engine, House, Opened
from bench.equipment import ROOT, Postgres
from bench.figures import FIRST

_DURABLE = "an answer means it is on disk; a killed worker's job runs again after its lease, and one end counts"
_SIDES = ROOT / "bench" / "sides"


@contextmanager
def server(folder: Path, database: str = "", *roots: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Run a server in a folder; give its process id and what it says of itself: url, token, key."""
    command = [sys.executable, str(_SIDES / "jobyard_server.py"), str(folder / "data"), database, *roots]
    with processes.started(command, {"PYTHONPATH": str(ROOT)}, folder / "log") as program:
        line = program.stdout.readline() if program.stdout else ""
        if not line:
            raise RuntimeError("the server did not come up; see its log")
        yield program.pid, json.loads(line)


def engines(postgres: Postgres | None) -> list[Engine]:
    """Return Jobyard in its forms."""
    made = [
        Engine(name=FIRST, promise=_DURABLE, opened=_opened()),
        Engine(name="jobyard, bare HTTP", promise=_DURABLE, opened=_opened(wire=True)),
        Engine(
            name="jobyard, never ahead",
            promise=f"{_DURABLE}; each start and end is on disk before the next job begins",
            opened=_opened(strict=True),
        ),
    ]
    if postgres is not None:
        promise = f"{_DURABLE}, in PostgreSQL"
        made += [
            Engine(name="jobyard on PostgreSQL", promise=promise, opened=_opened(postgres=postgres)),
            Engine(
                name="jobyard on PostgreSQL, bare HTTP", promise=promise, opened=_opened(postgres=postgres, wire=True)
            ),
        ]
    return made


def _opened(*, wire: bool = False, strict: bool = False, postgres: Postgres | None = None) -> Opened:
    @contextmanager
    def opened(folder: Path) -> Iterator[House]:
        database = postgres.database() if postgres else ""
        with server(folder, database) as (pid, where):

            def workers(slots: int) -> list[Command]:
                if strict:
                    command = [sys.executable, str(_SIDES / "strict_worker.py"), where["url"], where["key"]]
                    return [[*command, str(slots)]]
                return [_worker(where, slots)]

            yield House(
                folder,
                [pid, *([postgres.pid] if postgres else [])],
                [sys.executable, str(_SIDES / "jobyard_client.py")],
                workers,
                {"BENCH_URL": where["url"], "BENCH_TOKEN": where["token"], "BENCH_WIRE": "1" if wire else ""},
            )

    return opened


def _worker(where: dict[str, str], slots: int) -> Command:
    told = ["--url", where["url"], "--token-file", where["key"], "--name", "bench", "--slots", str(slots)]
    return [sys.executable, "-P", "-m", "jobyard", "work", *told, "--kinds-from", "bench.kinds:KINDS"]
