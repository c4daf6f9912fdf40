"""Pictures that people sent in: they lie in a folder of the house, one folder a dataset, which is then its source.

Such a source is written `pictures:ID`, so that it stays right where the house's folder is moved. Nobody can name it as
a source of their own, and nothing synchronizes it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from jobyard.job.ids import is_id

KEPT = "pictures:"
"""How such a source begins."""


def address(id_: str) -> str:
    """Return the source of a dataset whose pictures the house keeps."""
    return KEPT + id_


def is_kept(source: str) -> bool:
    """Tell whether a source is of this sort."""
    return source.startswith(KEPT) and is_id(source.removeprefix(KEPT))


def folder(pictures: Path, source: str) -> Path:
    """Return where the pictures of such a source lie. Raises ValueError for a source of another sort."""
    if not is_kept(source):
        raise ValueError(source)
    return pictures / source.removeprefix(KEPT)


def forget(pictures: Path, source: str) -> None:
    """Remove the pictures of such a source."""
    if is_kept(source):
        shutil.rmtree(folder(pictures, source), ignore_errors=True)


def folders(pictures: Path) -> list[str]:
    """Return the ids of datasets for which pictures lie there."""
    return [path.name for path in pictures.iterdir() if is_id(path.name)] if pictures.is_dir() else []
