"""A package on its way out is always a zip: clients unpack it, also where a document was handed in alone."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

_FIRST = (1980, 1, 1, 0, 0, 0)


def packed(path: Path, name: str) -> bytes | None:
    """Return a document that came alone as a package of its own; None for what is a package already."""
    if zipfile.is_zipfile(path):
        return None
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, _FIRST), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return target.getvalue()
