"""Programs that the bench starts and ends, and what they cost: read from /proc, so this runs on Linux only."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

_TICKS = os.sysconf("SC_CLK_TCK")
_GENTLE = 6.0
MEBIBYTE = 1024 * 1024


class Memory(NamedTuple):
    """Memory of some process trees in MiB. PSS shares out common pages; it is 0 where it may not be read."""

    rss: float
    pss: float


@contextmanager
def started(
    command: Sequence[str], environment: Mapping[str, str], log: Path, *, heard: bool = True
) -> Iterator[subprocess.Popen[str]]:
    """Start a program in a group of its own; end it, and whatever it has started, at the end.

    What it prints can be read, and has to be: a full pipe stops whoever prints. Unheard it goes into the log.
    """
    with log.open("ab") as errors:
        program = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if heard else errors,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    try:
        yield program
    finally:
        everybody = tree([program.pid])
        program.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(_GENTLE)
        for pid in everybody:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        program.wait()
        until = time.monotonic() + _GENTLE
        while tree(everybody) and time.monotonic() < until:
            time.sleep(0.01)
        if program.stdout:
            program.stdout.close()


def told(command: Sequence[str], environment: Mapping[str, str], log: Path, seconds: float = 600) -> list[Any]:
    """Run a program to its end and return what it printed, a JSON value a line. Raises RuntimeError when it failed."""
    with log.open("ab") as errors:
        done = subprocess.run(
            command,
            env={**os.environ, "PYTHONFAULTHANDLER": "1", **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            timeout=seconds,
            check=False,
        )
    if done.returncode != 0:
        last = log.read_text(errors="replace").strip().splitlines()[-1:]
        raise RuntimeError(f"{named(command[:4])} ended with {done.returncode}: {' '.join(last)}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def named(command: Sequence[str]) -> str:
    """Return a command as people say it: where its programs lie on this machine is nobody's business."""
    return " ".join(Path(word).name if word.startswith("/") else word for word in command)


def tree(pids: Sequence[int]) -> list[int]:
    """Return these processes and all that descend from them, as far as they live."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and (fields := _fields(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = list[int](), list(pids)
    while waiting:
        pid = waiting.pop()
        if pid not in found and _fields(pid):
            found.append(pid)
            waiting += children.get(pid, [])
    return found


def processor(pids: Sequence[int]) -> float:
    """Return the processor seconds these trees have used, dead and buried descendants included."""
    return sum(sum(map(int, fields[11:15])) for pid in tree(pids) if (fields := _fields(pid))) / _TICKS


def memory(pids: Sequence[int]) -> Memory:
    """Return what these trees hold now."""
    rss = pss = 0
    for pid in tree(pids):
        with contextlib.suppress(OSError, IndexError):
            rss += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            pss += next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024
    return Memory(rss / MEBIBYTE, pss / MEBIBYTE)


def until_quiet(pids: Sequence[int], seconds: float = 15.0) -> None:
    """Return when these trees have used next to nothing for half a second, or when the seconds have passed."""
    until, used = time.monotonic() + seconds, processor(pids)
    while time.monotonic() < until:
        time.sleep(0.5)
        before, used = used, processor(pids)
        if used - before <= 0.03:
            return


def _fields(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat behind the name; empty when there is no such process, or a dead one."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
    return [] if fields[0] in {"Z", "X"} else fields
