"""The measure `tables`: each side in a process of its own, turn about, on the same files, and all with one result."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import msgspec
import numpy as np
import polars as pl
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from bench import equipment, machine
from bench.machine import Machine
from bench.tables import drawn, work

NAME = "tables"
RECORDS, QUICK = 1_000_000, 20_000
ROUNDS, TURNS = 3, 5
BEGIN, END = "<!-- tables: written by make bench -->", "<!-- tables: end -->"
_SHOPS, _REGIONS, _NOTES = 10_000, 25, 5_000
_PROGRAM = Path(work.__file__)
_HEADING = ("side", "seconds", "fastest", "slowest", "times polars, lazily", "peak MiB")
FREE, ORDERED = "jobyard, order left free", "jobyard, order promised"
PANDAS, POLARS, STEPS = "pandas", "polars, lazily", "polars, step by step"


class Taken(Struct, frozen=True, kw_only=True):
    """What one side took."""

    side: str
    seconds: list[float]
    peak: float
    """MiB at the most."""


class TablesRun(Struct, frozen=True, kw_only=True):
    """Everything about one run."""

    machine: Machine
    records: int
    taken: list[Taken]
    missing: list[str]
    """What went wrong, a sentence each."""


def prepared(folder: Path, records: int) -> None:
    """Write the files that every side reads; the same ones each time."""
    dice = np.random.default_rng(20_261_128)
    days = pl.date_range(pl.date(2022, 1, 1), pl.date(2025, 12, 31), eager=True)
    notes = pl.Series([f"note {number}" for number in range(_NOTES)])
    pl.DataFrame(
        {
            "id": np.arange(records),
            "shop": dice.integers(0, _SHOPS, records).astype(np.int32),
            "pieces": dice.integers(1, 100, records).astype(np.int32),
            "price": np.round(dice.random(records) * 100, 2),
            "discount": dice.integers(0, 30, records).astype(np.int32),
            "day": days.gather(dice.integers(0, len(days), records)),
            "note": notes.gather(dice.integers(0, _NOTES, records)),
        }
    ).write_parquet(folder / work.FACTS)
    shops = np.arange(_SHOPS)
    regions = pl.Series([f"region {number % _REGIONS}" for number in range(_SHOPS)])
    pl.DataFrame({"shop": shops.astype(np.int32), "region": regions}).write_parquet(folder / work.SHOPS)


def measured(folder: Path, records: int, *, with_peers: bool, rounds: int = ROUNDS) -> TablesRun:
    """Take every side, round after round. What goes wrong with one is told, and the others go on."""
    described = machine.described(folder, None, {"polars": pl.__version__})
    prepared(folder, records)
    sides = [POLARS, STEPS, FREE, ORDERED, *([PANDAS] if with_peers else [])]
    seconds: dict[str, list[float]] = {side: [] for side in sides}
    peaks = dict.fromkeys(sides, 0.0)
    missing, wanted = list[str](), None
    for _ in range(rounds):
        for side in sides:
            try:
                told = _turns(folder, side)
                found = _result(folder)
                wanted = found if wanted is None else wanted
                if not found.equals(wanted):
                    missing.append(f"{side} came to another result")
            except (subprocess.CalledProcessError, OSError, ValueError) as error:
                missing.append(f"{side} FAILED: {error}")
                continue
            seconds[side] += told["seconds"]
            peaks[side] = max(peaks[side], *told["MiB"])
    taken = [Taken(side=side, seconds=seconds[side], peak=peaks[side]) for side in sides if seconds[side]]
    return TablesRun(machine=described, records=records, taken=taken, missing=missing)


def _turns(folder: Path, side: str) -> dict[str, list[float]]:
    python, name = sys.executable, side
    if side in {FREE, ORDERED}:
        drawn.drawn(folder, free_order=side == FREE)
        name = "workflow"
    elif side == PANDAS:
        python = str(equipment.peers_python("pandas"))
    done = subprocess.run(
        [python, str(_PROGRAM), name, str(folder), str(TURNS)], capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout))


def _result(folder: Path) -> pl.DataFrame:
    """Return what a side wrote, as all of them can say it."""
    found = pl.read_parquet(folder / work.RESULT).select("region", "month", "worth", "sales", "best", "notes")
    return found.with_columns(pl.col("worth", "best").round(4), pl.col("sales", "notes").cast(pl.Int64))


def printed(run: TablesRun, console: Console) -> None:
    """Print the figures."""
    table = Table(*_HEADING, title=f"Tables: {run.records:,} records", title_justify="left")
    for row in rows(run):
        table.add_row(*row)
    console.print(table)
    for sentence in run.missing:
        console.print(f"[bold red]{sentence}[/]")


def rows(run: TablesRun) -> list[tuple[str, ...]]:
    """Return a line for each side: the median of its turns, and how often that is the first one's."""
    first = median(run.taken[0].seconds) if run.taken else 1.0
    return [
        (
            one.side,
            f"{median(one.seconds):.3f}",
            f"{min(one.seconds):.3f}",
            f"{max(one.seconds):.3f}",
            f"{median(one.seconds) / first:.2f}",
            f"{one.peak:,.0f}",
        )
        for one in run.taken
    ]


def written(run: TablesRun, results: Path, page: Path) -> None:
    """Keep the figures, as JSON and in their section of the docs' page."""
    results.parent.mkdir(parents=True, exist_ok=True)
    results.write_bytes(msgspec.json.format(msgspec.json.encode(run)) + b"\n")
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n\n{_markdown(run)}\n\n{END}{after}", encoding="utf-8")


def _markdown(run: TablesRun) -> str:
    said = run.machine
    where = f"{said.cores} cores ({said.processor}), {said.memory_gib} GiB, {said.system}"
    versions = ", ".join(f"{name} {number}" for name, number in said.versions.items())
    lines = [
        f"Measured on {said.day} with {run.records:,} records: {where}.",
        f"Load before the run: {said.load}.",
        f"Versions: {versions}.",
    ]
    return "\n\n".join(["\n".join(lines), _table([_HEADING, *rows(run)]), *run.missing])


def _table(lines: Sequence[Sequence[str]]) -> str:
    found = [lines[0], ["---"] * len(lines[0]), *lines[1:]]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in found)
