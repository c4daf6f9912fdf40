"""The result file `changes.csv`: what a synchronization changed, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from jobyard.datasets.paths import shown

NAME = "changes.csv"
MEDIA_TYPE = "text/csv"
_COMMANDING = ("=", "+", "-", "@")
"""A cell that begins so would be a formula to a spreadsheet."""


def write(target: Path, changes: Iterable[tuple[str, bytes]]) -> None:
    """Write a line for each change: what happened, and the path as text."""
    with target.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(("change", "path"))
        lines.writerows((what, _harmless(shown(path))) for what, path in changes)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_COMMANDING) else cell
