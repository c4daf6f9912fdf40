"""Shows a file: text by itself, anything else through a process of its own, with bounds on memory and time."""

from __future__ import annotations

from pathlib import Path

from jobyard.workflows import apart
from jobyard.workflows.preview.readers import APART, READERS, ending, read
from jobyard.workflows.preview.record import Preview
from jobyard.workflows.refusals import FileUnreadable

_WITHIN = 20.0
"""Seconds until a file is given up."""


def preview(path: Path, name: str, rows: int) -> Preview:
    """Return the first records of a file; the ending of its name says what it is. Raises FileUnreadable."""
    form = ending(name)
    if form not in READERS:
        raise FileUnreadable(file=name, reason="it is no table that can be shown")
    if form not in APART:
        return read(path, name, rows)
    return apart.ask(f"{__package__}.apart", (str(path), name, str(rows)), name, _WITHIN, Preview)
