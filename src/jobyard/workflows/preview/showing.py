"""Shows a file: text by itself, anything else through a process of its own, with bounds on memory and time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from jobyard.workflows.preview import apart
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
    return _apart(path, name, rows) if form in APART else read(path, name, rows)


def _apart(path: Path, name: str, rows: int) -> Preview:
    command = [sys.executable, "-I", "-m", apart.__name__, str(path), name, str(rows)]
    try:
        ended = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_WITHIN, env={}, check=False
        )
    except subprocess.TimeoutExpired:
        raise FileUnreadable(file=name, reason="it took too long") from None
    try:
        said = msgspec.msgpack.decode(ended.stdout, type=Preview | str)
    except msgspec.DecodeError:
        raise FileUnreadable(file=name, reason="it is damaged, or needs too much memory") from None
    if isinstance(said, str):
        raise FileUnreadable(file=name, reason=said)
    return said
