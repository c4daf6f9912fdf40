"""Makes the other form in a process of its own, with bounds on memory, room and time."""

from __future__ import annotations

from pathlib import Path

from jobyard.workflows import apart
from jobyard.workflows.files import forms

HTML = "html"
MADE = (forms.DELIMITED, forms.WORKBOOK, forms.JSON, forms.PARQUET, HTML, forms.YXDB)
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
    apart.ask(f"{__package__}.apart", (str(path), name, form, str(target)), name, _WITHIN, bool)
