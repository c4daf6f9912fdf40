"""What people see: tables, bars and JSON. Colours and movement only on a terminal; foreign text always made safe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from jobyard.cli.escape import json_safe, visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress
    from rich.text import Text

    from jobyard.client.shapes import Job

_WIDE = 100_000
_COLOURS = {
    "draft": "dim",
    "queued": "yellow",
    "running": "blue",
    "succeeded": "green",
    "failed": "red",
    "cancelled": "magenta",
}


def console(*, stderr: bool = False) -> Console:
    """Return a console that reads nothing into what it is given: no markup, no emoji, no highlighting."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    # Away from a terminal nothing is cut to a width nobody has.
    width = None if stream.isatty() else _WIDE
    return Console(file=stream, markup=False, emoji=False, highlight=False, width=width, soft_wrap=False)


def print_json(value: Any) -> None:
    """Print one JSON document on one line."""
    print(json_safe(msgspec.json.encode(value).decode()), flush=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
    """Print a table; numbers stand to the right where a column's name ends with a space."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        right = column.endswith(" ")
        table.add_column(column.strip(), justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*[safe(cell) for cell in row])
    console().print(table)


def print_fields(pairs: Iterable[tuple[str, str | Text]]) -> None:
    """Print names with their values, one a line, never folded, so that they can be copied; empty ones are left out."""
    from rich.text import Text

    kept = [(name, value) for name, value in pairs if value]
    width = max((len(name) for name, _ in kept), default=0)
    out = console()
    for name, value in kept:
        out.print(Text.assemble((name.ljust(width), "dim"), "  ", safe(value)), soft_wrap=True)


def say(sentence: str) -> None:
    """Tell people something beside the output, on standard error."""
    print(visible(sentence), file=sys.stderr, flush=True)


def safe(cell: str | Text) -> Text:
    """Return text that a terminal only shows."""
    from rich.text import Text

    return Text(visible(cell)) if isinstance(cell, str) else cell


def state(job: Job) -> Text:
    """Return a job's state in its colour, with how far it is."""
    from rich.text import Text

    word = "stopping" if job.cancelling else job.state
    share = job.progress.share if job.progress is not None and job.state == "running" else None
    told = f"{word} {share:.0%}" if share is not None else word
    return Text(told, style=_COLOURS.get(job.state, ""))


def when(time: datetime | None) -> str:
    """Return a time in this machine's zone, to the second."""
    return "" if time is None else time.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def took(job: Job) -> str:
    """Return how long a job's newest attempt ran."""
    began = job.begun_at or job.started_at
    if began is None or job.finished_at is None:
        return ""
    return duration((job.finished_at - began).total_seconds())


def duration(seconds: float) -> str:
    """Return a length of time in two units at most, such as `4.2 s` or `3 min 20 s`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def size(count: float) -> str:
    """Return a number of bytes in the unit that suits it."""
    if count < 1024:
        return f"{int(count)} B"
    for unit in ("KiB", "MiB", "GiB", "TiB"):
        count /= 1024
        if count < 1024 or unit == "TiB":
            break
    return f"{count:.1f} {unit}"


def bars(*, files: bool = False) -> Progress:
    """Return progress bars on standard error; away from a terminal they stay silent."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn, TransferSpeedColumn

    amount = (
        [DownloadColumn(binary_units=True), TransferSpeedColumn()] if files else [TextColumn("{task.fields[told]}")]
    )
    columns = [TextColumn("{task.description}", markup=False), BarColumn(), *amount, TimeElapsedColumn()]
    live = sys.stderr.isatty()
    return Progress(*columns, console=console(stderr=True), disable=not live, transient=False)
