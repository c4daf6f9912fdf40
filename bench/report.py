"""How a run is told: tables for the terminal and for the docs, and JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from bench.figures import FIRST, Figure
from bench.machine import Machine

FIGURES = "figures"
"""The part of the docs' page that holds what engines are measured by."""
_WIDEST = 12
_TITLES = {
    "submit": "Submit: durable before the answer",
    "drain": "Drain: no-op jobs that wait, one worker process",
    "pickup": "Pickup: from submission to running code, worker idle",
    "list": "List: the 25 newest with a status filter",
    "requests": "Requests: pages of CVAT's list, ten a page",
    "memory": "Memory: server and one worker with all their processes",
}


class Run(Struct, frozen=True, kw_only=True):
    """Everything about one run."""

    machine: Machine
    rounds: int
    promises: dict[str, str]
    figures: list[Figure]
    missing: list[str]
    """What was left out or went wrong, a sentence each."""


def printed(run: Run, console: Console) -> None:
    """Print a table for each measure."""
    for measure, (heading, *rows) in _tables(run.figures).items():
        table = Table(*heading, title=_TITLES[measure], title_justify="left")
        for row in rows:
            table.add_row(*(cell.replace("**", "") for cell in row))
        console.print(table)
    for sentence in run.missing:
        console.print(f"[bold red]{sentence}[/]")


def written(run: Run, results: Path, page: Path | None, part: str = FIGURES) -> None:
    """Write the JSON, and the tables into their part of the docs' page where one is given."""
    results.parent.mkdir(parents=True, exist_ok=True)
    results.write_bytes(msgspec.json.format(msgspec.json.encode(_rounded(run)), indent=1) + b"\n")
    if page is not None:
        begin, end = f"<!-- {part}: written by make bench -->", f"<!-- {part}: end -->"
        before, _, rest = page.read_text(encoding="utf-8").partition(begin)
        after = rest.partition(end)[2]
        page.write_text(f"{before}{begin}\n\n{markdown(run)}\n\n{end}{after}", encoding="utf-8")


def markdown(run: Run) -> str:
    """Return the run as a page's section."""
    machine = run.machine
    versions = ", ".join(f"{name} {number}" for name, number in machine.versions.items())
    where = f"{machine.cores} cores ({machine.processor}), {machine.memory_gib} GiB, {machine.system}"
    lines = [
        f"Measured on {machine.day}: {where}, {machine.filesystem}.",
        f"A 4 KiB write with its sync takes {machine.fsync_ms} ms on this disk.",
        f"Load before the run: {machine.load}; rounds: {run.rounds}.",
        f"Versions: {versions}.",
    ]
    parts = ["\n".join(lines)]
    for measure, rows in _tables(run.figures).items():
        parts += [f"### {_TITLES[measure]}", _table(rows)]
    shown = {figure.engine for figure in run.figures}
    promises = [(engine, promise) for engine, promise in run.promises.items() if engine in shown]
    parts += ["### What each promises at these settings", _table([("engine", "promise"), *promises])]
    return "\n\n".join([*parts, *run.missing])


def _tables(figures: Sequence[Figure]) -> dict[str, list[tuple[str, ...]]]:
    """Return the table of each measure: the heading, then a row for each engine, or for each of many figures."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for measure in _TITLES:
        own = {(figure.engine, figure.name): figure for figure in figures if figure.measure == measure}
        names = list(dict.fromkeys(name for _, name in own))
        engines = list(dict.fromkeys(engine for engine, _ in own))
        rows = [(engine, *(_cell(own.get((engine, name))) for name in names)) for engine in engines]
        if rows:
            found[measure] = _upright([("engine", *names), *rows])
    return found


def _upright(table: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return a table with its engines beside each other where it would be too wide to read."""
    return table if len(table[0]) <= _WIDEST else list(zip(("", *table[0][1:]), *table[1:], strict=True))


def _cell(figure: Figure | None) -> str:
    """Return the median, its spread, and how many times better Jobyard did."""
    if figure is None:
        return ""
    low, high = _plain(min(figure.values)), _plain(max(figure.values))
    spread = f" ({low} to {high})" if low != high else ""
    better = "" if figure.times_better is None or figure.engine == FIRST else f", **{_plain(figure.times_better)}x**"
    return f"{_plain(figure.median)}{spread}{better}"


def _plain(value: float) -> str:
    """Return a number with three digits that count, and no exponent."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"


def _table(rows: Sequence[Sequence[str]]) -> str:
    lines = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _rounded(run: Run) -> Run:
    def short(figure: Figure) -> Figure:
        better = None if figure.times_better is None else round(figure.times_better, 3)
        values = [round(value, 3) for value in figure.values]
        return msgspec.structs.replace(figure, values=values, times_better=better)

    return msgspec.structs.replace(run, figures=[short(figure) for figure in run.figures])
