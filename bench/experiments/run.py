"""The measure `experiments`: both servers on SQLite, turn about, with the same reports and the same questions."""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from bench import equipment, machine, processes
from bench.machine import Machine

NAME = "experiments"
BEGIN, END = "<!-- experiments: written by make bench -->", "<!-- experiments: end -->"
OURS, THEIRS = "jobyard", "mlflow"
ROUNDS = 3
_HERE = Path(__file__).parent
_HEADING = ("turn", "jobyard", "mlflow", "times better")
_PATIENCE = 120.0
_LONGEST = 7_200.0


class Sizes(Struct, frozen=True, kw_only=True):
    """How much there is of each work."""

    tasks: int
    points: int
    listed: int
    scripts: int


SIZES = Sizes(tasks=1_000, points=1_000_000, listed=100_000, scripts=10)
QUICK = Sizes(tasks=20, points=20_000, listed=600, scripts=2)
TURNS = (
    ("tasks", "tasks", "seconds to make tasks of 50 values and end them"),
    ("points", "points", "seconds to report the points of one task"),
    ("curves", "points", "milliseconds to read its 20 curves for a plot"),
    ("script", "scripts", "processor milliseconds of the server for one training script"),
    ("fill", "listed", ""),
    ("newest", "listed", "milliseconds to list 50 of a tag, newest first"),
    ("best", "listed", "milliseconds to list 50 of a tag, by what they reported"),
)
"""What is done in which order, how much of it there is, and what is told of it; nothing of what only prepares."""
COLD, ROOM, PEAK = "seconds to the first answer", "MiB on the disk for these points", "MiB of memory after all"


class Figure(Struct, frozen=True, kw_only=True):
    """What a side took at one thing, round by round."""

    side: str
    what: str
    values: list[float]


class ExperimentsRun(Struct, frozen=True, kw_only=True):
    """Everything about one run."""

    machine: Machine
    sizes: Sizes
    figures: list[Figure]
    missing: list[str]
    """What went wrong, a sentence each."""


class Server(NamedTuple):
    """A server that runs."""

    pid: int
    folder: Path
    environment: Mapping[str, str]
    cold: float
    python: str
    program: str


def measured(
    folder: Path, sizes: Sizes, *, with_peers: bool, rounds: int = ROUNDS, console: Console | None = None
) -> ExperimentsRun:
    """Take both sides, round after round. What goes wrong with one is told, and the other goes on.

    Each figure goes to the console as it comes, since a whole run takes most of an hour.
    """
    theirs = equipment.peers_python("mlflow") if with_peers else None
    versions = {} if theirs is None else {"mlflow": _version(theirs, "mlflow")}
    described = machine.described(folder, None, versions)
    values: dict[tuple[str, str], list[float]] = {}
    missing = list[str]()
    for number in range(rounds):
        for side in (OURS, *([THEIRS] if with_peers else [])):
            place = folder / f"{side}-{number}"
            place.mkdir(mode=0o700)
            opened = _jobyard(place) if side == OURS else _mlflow(place, str(theirs))
            try:
                with opened as server:
                    for what, value in _turns(server, sizes, listed=number == rounds - 1):
                        values.setdefault((side, what), []).append(value)
                        if console is not None:
                            console.print(f"{number + 1}/{rounds} {side}: {value:,.2f} {what}")
            except Exception as error:  # noqa: BLE001 - one side's trouble is told, and the other goes on
                missing.append(f"{side} FAILED: {type(error).__name__}: {error}")
    figures = [Figure(side=side, what=what, values=found) for (side, what), found in values.items()]
    return ExperimentsRun(machine=described, sizes=sizes, figures=figures, missing=list(dict.fromkeys(missing)))


def _turns(server: Server, sizes: Sizes, *, listed: bool) -> Iterator[tuple[str, float]]:
    """Take every turn; those of the long list, which takes minutes to fill, only where that is asked for."""
    yield COLD, server.cold
    for turn, size, told in TURNS:
        if size == "listed" and not listed:
            continue
        count = getattr(sizes, size)
        if turn == "points":
            processes.until_quiet([server.pid])
        before, used = _size(server.folder), processes.processor([server.pid])
        words = [server.python, str(_HERE / server.program), turn, str(server.folder), str(count)]
        [found] = processes.told(words, server.environment, server.folder / "client.log", _LONGEST)
        if turn == "script":
            processes.until_quiet([server.pid])
            yield told, (processes.processor([server.pid]) - used) * 1_000 / count
        elif "milliseconds" in told:
            _require(turn, found["seen"])
            yield told, found["seconds"] * 1_000
        elif told:
            yield told, found["seconds"]
        if turn == "points":
            processes.until_quiet([server.pid])
            yield ROOM, (_size(server.folder) - before) / processes.MEBIBYTE
    held = processes.memory([server.pid])
    yield PEAK, held.pss or held.rss


def _require(turn: str, seen: int) -> None:
    wanted = 20 if turn == "curves" else 50
    if seen != wanted:
        raise RuntimeError(f"{turn} saw {seen} instead of {wanted}")


@contextmanager
def _jobyard(folder: Path) -> Iterator[Server]:
    command = [sys.executable, str(_HERE.parent / "sides" / "jobyard_server.py"), str(folder / "house"), ""]
    began = time.monotonic()
    with processes.started(command, {"PYTHONPATH": str(equipment.ROOT)}, folder / "server.log") as program:
        if program.stdout is None:
            raise RuntimeError("the server has no output")
        where = json.loads(program.stdout.readline())
        _answered(f"{where['url']}/debug.ping", program.pid)
        cold = time.monotonic() - began
        environment = {
            "CLEARML_API_HOST": where["url"],
            "CLEARML_WEB_HOST": where["url"],
            "CLEARML_FILES_HOST": f"{where['url']}/files",
            "CLEARML_SUPPRESS_UPDATE_MESSAGE": "1",
            **_keys(where["url"], where["token"]),
        }
        python = str(equipment.peers_python("clearml", equipment.CLIENTS))
        yield Server(program.pid, folder, environment, cold, python, "ours.py")


def _keys(url: str, token: str) -> dict[str, str]:
    """Return a pair of keys, as `jobyard credentials` makes one."""
    asked = urllib.request.Request(f"{url}/auth.create_credentials", b"{}", {"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        made = json.load(answer)["data"]["credentials"]
    return {"CLEARML_API_ACCESS_KEY": made["access_key"], "CLEARML_API_SECRET_KEY": made["secret_key"]}


@contextmanager
def _mlflow(folder: Path, python: str) -> Iterator[Server]:
    """Serve as its documentation has it, on SQLite, with one worker as ours has one process."""
    port, house = equipment.free_port(), folder / "house"
    house.mkdir()
    database, url = f"sqlite:///{house}/mlflow.db", f"http://127.0.0.1:{port}"
    told = {"--backend-store-uri": database, "--artifacts-destination": str(house / "files"), "--port": str(port)}
    words = [word for pair in told.items() for word in pair]
    command = [python, "-m", "mlflow", "server", "--host", "127.0.0.1", "--workers", "1", *words]
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "GIT_PYTHON_REFRESH": "quiet"}
    began = time.monotonic()
    with processes.started(command, quiet, folder / "server.log", heard=False) as program:
        _answered(f"{url}/health", program.pid)
        cold = time.monotonic() - began
        environment = {**quiet, "MLFLOW_TRACKING_URI": url, "BENCH_DATABASE": database}
        yield Server(program.pid, folder, environment, cold, python, "theirs.py")


def _answered(url: str, pid: int) -> None:
    """Return when an address has answered. Raises RuntimeError where that takes too long."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and processes.tree([pid]):
        try:
            with urllib.request.urlopen(url, timeout=10):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise RuntimeError(f"{url} does not answer")


def _size(folder: Path) -> int:
    """Return the bytes of a side's house on the disk."""
    return sum(path.stat().st_size for path in (folder / "house").rglob("*") if path.is_file())


def _version(python: str | Path, package: str) -> str:
    asked = f"from importlib.metadata import version; import json; print(json.dumps(version({package!r})))"
    return str(processes.told([str(python), "-c", asked], {}, Path("/dev/null"))[0])


def rows(run: ExperimentsRun) -> list[tuple[str, ...]]:
    """Return a line for each thing: the medians of both sides, and how many times better ours is."""
    found = {(one.side, one.what): median(one.values) for one in run.figures}
    whats = dict.fromkeys(one.what for one in run.figures)
    lines = list[tuple[str, ...]]()
    for what in whats:
        ours, theirs = found.get((OURS, what)), found.get((THEIRS, what))
        times = f"{theirs / ours:.1f}" if ours and theirs else ""
        lines.append((what, *("" if one is None else f"{one:,.2f}" for one in (ours, theirs)), times))
    return lines


def printed(run: ExperimentsRun, console: Console) -> None:
    """Print the figures."""
    table = Table(*_HEADING, title=_title(run.sizes), title_justify="left")
    for row in rows(run):
        table.add_row(*row)
    console.print(table)
    for sentence in run.missing:
        console.print(f"[bold red]{sentence}[/]")


def _title(sizes: Sizes) -> str:
    told = f"{sizes.tasks:,} tasks of 50 values, one of {sizes.points:,} points, a list among {sizes.listed:,}"
    return f"Experiments: {told}"


def written(run: ExperimentsRun, results: Path, page: Path) -> None:
    """Keep the figures, as JSON and in their section of the docs' page."""
    results.parent.mkdir(parents=True, exist_ok=True)
    results.write_bytes(msgspec.json.format(msgspec.json.encode(run)) + b"\n")
    before, begins, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    if begins:
        after = rest.partition(END)[2]
        page.write_text(f"{before}{BEGIN}\n\n{_markdown(run)}\n\n{END}{after}", encoding="utf-8")


def _markdown(run: ExperimentsRun) -> str:
    said = run.machine
    where = f"{said.cores} cores ({said.processor}), {said.memory_gib} GiB, {said.system}"
    versions = ", ".join(f"{name} {number}" for name, number in said.versions.items())
    lines = [
        f"Measured on {said.day}: {where}.",
        f"Load before the run: {said.load}.",
        f"Versions: {versions}.",
        f"{_title(run.sizes)}.",
    ]
    heads = [_HEADING, ("---",) * len(_HEADING), *rows(run)]
    table = "\n".join("| " + " | ".join(cells) + " |" for cells in heads)
    return "\n\n".join(["\n".join(lines), table, *run.missing])
