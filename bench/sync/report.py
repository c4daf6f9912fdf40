"""How a run of `sync` is told: a table for each size, for the terminal and for the docs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.machine import Machine
from bench.sync.run import SyncRun
from bench.sync.taking import WORKLOADS, Taken

BEGIN, END = "<!-- sync: written by make bench -->", "<!-- sync: end -->"
_SAID = {"first": "first", "unchanged": "unchanged", "churn": "1 % changed"}
_HEADING = (
    "tool",
    *(f"{_SAID[workload]}: {what}" for workload in WORKLOADS for what in ("s", "CPU s")),
    "peak MiB",
    "right counts",
    "deletes seen",
)


def printed(run: SyncRun, console: Console) -> None:
    """Print a table for each size."""
    for size in _sizes(run):
        table = Table(*_HEADING, title=f"Sync: {size:,} files", title_justify="left")
        for row in _rows(run, size):
            table.add_row(*row)
        console.print(table)
    for sentence in run.missing:
        console.print(f"[bold red]{sentence}[/]")


def into_page(run: SyncRun, page: Path) -> None:
    """Write the tables into their section of the docs' page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n\n{markdown(run)}\n\n{END}{after}", encoding="utf-8")


def markdown(run: SyncRun) -> str:
    """Return the run as a page's section."""
    parts = [_where(run.machine)]
    for size in _sizes(run):
        parts += [f"### Sync: {size:,} files", _table([_HEADING, *_rows(run, size)])]
    parts += ["### What each tool does", _table([("tool", "what it does"), *run.promises.items()])]
    return "\n\n".join([*parts, *run.missing])


def _where(machine: Machine) -> str:
    where = f"{machine.cores} cores ({machine.processor}), {machine.memory_gib} GiB, {machine.system}"
    versions = ", ".join(f"{name} {number}" for name, number in machine.versions.items())
    return "\n".join(
        [
            f"Measured on {machine.day}: {where}, {machine.filesystem}.",
            f"A 4 KiB write with its sync takes {machine.fsync_ms} ms on this disk.",
            f"Load before the run: {machine.load}.",
            f"Versions: {versions}.",
        ]
    )


def _sizes(run: SyncRun) -> list[int]:
    return sorted({one.files for one in run.taken})


def _rows(run: SyncRun, size: int) -> list[tuple[str, ...]]:
    here = [one for one in run.taken if one.files == size]
    names = list(dict.fromkeys(one.tool for one in here))
    return [_row(name, [one for one in here if one.tool == name]) for name in names]


def _row(name: str, turns: Sequence[Taken]) -> tuple[str, ...]:
    by_workload = {one.workload: one for one in turns}
    found = [by_workload[workload] for workload in WORKLOADS if workload in by_workload]
    numbers = [_plain(value) for one in found for value in (one.wall, one.processor)]
    watches = "walk" not in name and "scandir" not in name
    right = _yes(all(one.right for one in found)) if watches else ""
    deletes = _yes(all(one.deletes for one in found)) if watches else ""
    return name, *numbers, _plain(max(one.peak for one in found)), right, deletes


def _yes(it: bool) -> str:  # noqa: FBT001 - said of one thing
    return "yes" if it else "no"


def _plain(value: float) -> str:
    """Return a number with three digits that count, and no exponent."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"


def _table(rows: Sequence[Sequence[str]]) -> str:
    lines = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
