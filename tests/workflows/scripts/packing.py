"""Packages with a script, as people make them."""

from __future__ import annotations

import io
import zipfile

DECLARATION = """
script = "main.py"
name = "Totals"

[[questions]]
name = "Region"
type = "choice"
choices = ["North", "South"]
default = "North"

[[questions]]
name = "Least"
type = "number"
default = "10"

[[questions]]
name = "Loud"
type = "yes-no"

[[questions]]
name = "Days"
type = "choices"
choices = ["Mon", "Tue", "Wed"]

[[outputs]]
name = "totals.csv"

[[outputs]]
name = "notes.txt"
optional = true
"""


def packed(script: str, declaration: str | None = DECLARATION, **more: str) -> bytes:
    """Return a package; `more` are members, their dots written as two underscores."""
    members = {"main.py": script, **{name.replace("__", "."): text for name, text in more.items()}}
    if declaration is not None:
        members["workflow.toml"] = declaration
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return file.getvalue()
