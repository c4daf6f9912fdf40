"""What the figures stand on: the machine, its disk, the versions, the day."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import apsw
from msgspec import Struct

from bench import equipment
from bench.equipment import Postgres
from jobyard.store.sqlite.folder import filesystem


class Machine(Struct, frozen=True, kw_only=True):
    """Where a run took place."""

    day: str
    processor: str
    cores: int
    memory_gib: float
    system: str
    filesystem: str
    fsync_ms: float
    """The median time of a 4 KiB write with its sync to the bench's disk."""
    load: float
    """What the machine had to do beside the bench when the run began; 0 is nothing."""
    versions: dict[str, str]


def described(folder: Path, postgres: Postgres | None, peers: dict[str, str]) -> Machine:
    """Return what this machine is, measured where there is no other way."""
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    ours = {"jobyard": version("jobyard"), "Python": platform.python_version(), "SQLite": apsw.sqlite_lib_version()}
    return Machine(
        day=datetime.now(UTC).date().isoformat(),
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        system=f"{platform.system()} {platform.release().partition('-')[0]}",
        filesystem=filesystem(folder, mounts),
        fsync_ms=round(_fsync(folder) * 1e3, 3),
        load=round(os.getloadavg()[0], 1),
        versions=ours | ({"PostgreSQL": postgres.version} if postgres else {}) | peers,
    )


def peers_versions(python: Path) -> dict[str, str]:
    """Return the versions of the peers."""
    code = "from importlib.metadata import version as v; print(v('rq'), v('redis'), v('huey'))"
    said = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True).stdout.split()
    found = dict(zip(("RQ", "redis-py", "Huey"), said, strict=True))
    redis = equipment.redis_program()
    if redis:
        words = subprocess.run([redis, "--version"], capture_output=True, text=True, check=True).stdout.split()
        found["Redis"] = next(word[2:] for word in words if word.startswith("v="))
    return found


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _fsync(folder: Path, times: int = 200) -> float:
    path, took = folder / "fsync", list[float]()
    file = os.open(path, os.O_WRONLY | os.O_CREAT)
    for turn in range(times):
        began = time.perf_counter()
        os.pwrite(file, b"\1" * 4096, turn * 4096)
        os.fdatasync(file)
        took.append(time.perf_counter() - began)
    os.close(file)
    path.unlink()
    return statistics.median(took)
