"""Makes the other form in a process of its own, with bounds on memory, room and time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from jobyard.workflows.conversion import apart
from jobyard.workflows.files import forms
from jobyard.workflows.refusals import FileUnreadable

HTML = "html"
MADE = (forms.DELIMITED, forms.WORKBOOK, forms.JSON, forms.PARQUET, HTML)
"""What can be made of every table that can be read."""
MEDIA_TYPES = {**forms.MEDIA_TYPES, HTML: "text/html; charset=utf-8"}
MOST = 128 * 1024**2
"""Bytes of a file up to which another form is made of it."""
_WITHIN = 120.0
"""Seconds until a file is given up."""


def offered(name: str, size: int) -> tuple[str, ...]:
    """Return the forms that are made of a file, by its name and its bytes; its own is none of them."""
    if forms.form_of_name(name) not in forms.READ or size > MOST:
        return ()
    return tuple(form for form in MADE if not name.lower().endswith(f".{form}"))


def converted(path: Path, name: str, form: str, target: Path) -> None:
    """Write a file's table in another form. Raises FileUnreadable, and may leave part of the target then."""
    command = [sys.executable, "-I", "-m", apart.__name__, str(path), name, form, str(target)]
    try:
        ended = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_WITHIN, env={}, check=False
        )
    except subprocess.TimeoutExpired:
        raise FileUnreadable(file=name, reason="it took too long") from None
    try:
        said = msgspec.msgpack.decode(ended.stdout, type=str)
    except msgspec.DecodeError:
        raise FileUnreadable(file=name, reason="it is damaged, or needs too much memory") from None
    if said:
        raise FileUnreadable(file=name, reason=said)
