"""The measure `formats`: each side in a process of its own, turn about, and both have to count the same boxes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from bench import equipment, machine
from bench.formats.drawn import WARM, name
from bench.machine import Machine

NAME = "formats"
SIZES, QUICK = (10_000, 100_000), (500,)
ROUNDS, MANY = 3, 50_000
"""How often each turn is taken, and of how many pictures only once: then it lasts long, and differs little."""
BEGIN, END = "<!-- formats: written by make bench -->", "<!-- formats: end -->"
FORMATS, TURNS = ("COCO", "YOLO", "CVAT"), ("write", "read", "import", "export")
THROUGH = ("import", "export")
"""Turns that our side takes through a running house, once."""
ALIKE = {"export": "write"}
"""Turns in which the other side does what it does in another one, which is not taken again."""
OURS, THEIRS = "jobyard", "datumaro"
_HERE = Path(__file__).parent
_HEADING = ("pictures", "format", "turn", "jobyard s", "datumaro s", "times faster", "jobyard MiB", "datumaro MiB")


class Turn(Struct, kw_only=True):
    """One format written or read by one side, in every round."""

    side: str
    format: str
    turn: str
    count: int
    seconds: list[float] = []
    peak: float = 0.0
    """MiB at the most above what it held before."""


class FormatsRun(Struct, frozen=True, kw_only=True):
    """Everything about one run."""

    machine: Machine
    turns: list[Turn]
    missing: list[str]
    """What went wrong, a sentence each."""


def measured(folder: Path, sizes: Sequence[int], *, with_peers: bool, told: Callable[[FormatsRun], None]) -> FormatsRun:
    """Take every turn, round after round. What goes wrong with one is told, and the others go on.

    `told` hears of all that is known after every format.
    """
    described = machine.described(folder, None, {})
    python = str(equipment.peers_python("datumaro", equipment.CLIENTS)) if with_peers else ""
    sides = [OURS, *([THEIRS] if with_peers else [])]
    turns, missing = list[Turn](), list[str]()
    for count in sizes:
        for format_ in FORMATS:
            found = [
                Turn(side=side, format=format_, turn=turn, count=count, seconds=[]) for turn in TURNS for side in sides
            ]
            for number in range(ROUNDS if count < MANY else 1):
                place = folder / "formats"
                (place / "warm").mkdir(parents=True)
                _take([one for one in found if not _is_known(one, number)], place, python, missing)
                shutil.rmtree(place)
            _copy(found)
            turns += found
            run = FormatsRun(machine=described, turns=turns, missing=list(dict.fromkeys(missing)))
            told(run)
    return run


def _is_known(one: Turn, number: int) -> bool:
    """Tell whether a turn needs not be taken in this round."""
    return number > 0 and one.turn in THROUGH if one.side == OURS else one.turn in ALIKE


def _copy(turns: Sequence[Turn]) -> None:
    """Let turns of the other side that are another one of it have its figures."""
    for one in turns:
        for two in turns:
            if one.side == two.side == THEIRS and ALIKE.get(one.turn) == two.turn:
                one.seconds, one.peak = two.seconds, two.peak


def _take(turns: Sequence[Turn], folder: Path, python: str, missing: list[str]) -> None:
    """Take each turn once: our side writes first, since both read what it wrote."""
    through = dict[str, Any]()
    for one in turns:
        if one.side == OURS and one.turn in THROUGH:
            through = through or _told(one, [sys.executable, str(_HERE / "house.py"), one.format], folder, missing)
            _note(one, through.get(one.turn, {}), missing)
            continue
        program, who = ("ours.py", sys.executable) if one.side == OURS else ("theirs.py", python)
        _note(one, _told(one, [who, str(_HERE / program), one.turn, one.format], folder, missing), missing)
        if one.side == OURS and one.turn == "write" and one.seconds:
            for place, count in ((folder, one.count), (folder / "warm", WARM)):
                _unpack(place, one.format, count)


def _told(one: Turn, command: Sequence[str], folder: Path, missing: list[str]) -> dict[str, Any]:
    """Run a side's program and return what it prints; nothing where it failed, which is told."""
    done = subprocess.run([*command, str(folder), str(one.count)], capture_output=True, text=True, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        missing.append(f"{one.side} could not {one.turn} {one.format}: {' '.join(last)}")
        return {}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _note(one: Turn, told: dict[str, Any], missing: list[str]) -> None:
    if not told:
        return
    if told["boxes"] != one.count * 10:
        missing.append(f"{one.side} counted {told['boxes']:,} boxes in {one.format}")
    one.seconds.append(told["seconds"])
    one.peak = max(one.peak, told["MiB"])


def _unpack(folder: Path, format_: str, count: int) -> None:
    with zipfile.ZipFile(folder / f"{format_}.zip") as archive:
        archive.extractall(folder / f"{format_}-unpacked")
    # Datumaro wants a folder for pictures, and for CVAT all of them, though it opens none.
    pictures = folder / f"{format_}-unpacked" / "images"
    (pictures / "default").mkdir(parents=True, exist_ok=True)
    for number in range(count if format_ == "CVAT" else 0):
        (pictures / name(number)).touch()


def rows(run: FormatsRun) -> list[tuple[str, ...]]:
    """Return a line for each turn: the medians of both sides, and how often one is the other."""
    found = list[tuple[str, ...]]()
    for one in run.turns:
        if one.side != OURS or not one.seconds:
            continue
        other = next((two for two in run.turns if two.side == THEIRS and _same(one, two) and two.seconds), None)
        ours, theirs = median(one.seconds), median(other.seconds) if other else 0.0
        found.append(
            (
                f"{one.count:,}",
                one.format,
                one.turn,
                f"{ours:.2f}",
                f"{theirs:.2f}" if other else "",
                f"{theirs / ours:.1f}" if other else "",
                f"{one.peak:,.0f}",
                f"{other.peak:,.0f}" if other else "",
            )
        )
    return found


def _same(one: Turn, two: Turn) -> bool:
    return (one.format, one.turn, one.count) == (two.format, two.turn, two.count)


def printed(run: FormatsRun, console: Console) -> None:
    """Print the figures."""
    table = Table(*_HEADING, title="Formats: ten boxes in each picture", title_justify="left")
    for row in rows(run):
        table.add_row(*row)
    console.print(table)
    for sentence in run.missing:
        console.print(f"[bold red]{sentence}[/]")


def written(run: FormatsRun, results: Path, page: Path) -> None:
    """Keep the figures, as JSON and in their section of the docs' page."""
    results.parent.mkdir(parents=True, exist_ok=True)
    results.write_bytes(msgspec.json.format(msgspec.json.encode(run)) + b"\n")
    before, begins, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    if begins:
        after = rest.partition(END)[2]
        page.write_text(f"{before}{BEGIN}\n\n{_markdown(run)}\n\n{END}{after}", encoding="utf-8")


def _markdown(run: FormatsRun) -> str:
    said = run.machine
    where = f"{said.cores} cores ({said.processor}), {said.memory_gib} GiB, {said.system}"
    versions = ", ".join(f"{name} {number}" for name, number in said.versions.items())
    lines = [f"Measured on {said.day}: {where}.", f"Load before the run: {said.load}.", f"Versions: {versions}."]
    heads = [_HEADING, ("---",) * len(_HEADING), *rows(run)]
    table = "\n".join("| " + " | ".join(cells) + " |" for cells in heads)
    return "\n\n".join(["\n".join(lines), table, *run.missing])
