"""Making a data folder from a backup: beside its place first, verified, then put there in one step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from rich.progress import Progress

from jobyard.cli import archive, showing
from jobyard.cli.codes import Code, Trouble
from jobyard.engine.upkeep import DATABASE
from jobyard.job.errors import Fault, NotFound
from jobyard.job.filters import EVERYTHING
from jobyard.settings import Settings
from jobyard.store.blobs import Blobs

if TYPE_CHECKING:
    from jobyard.job.record import ResultFile
    from jobyard.store.contract import Store

_PAGE = 500


class Restored(Struct, frozen=True, kw_only=True):
    """What a new data folder holds."""

    jobs: int
    blobs: int
    size: int
    """Bytes of the result files."""


def restore(source: Path, target: Path) -> Restored:
    """Make the data folder `target`, which must be empty or not exist, from a backup.

    Raises Trouble when the backup is not whole, naming what is wrong; then nothing is left behind.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Trouble(f"{target} is not an empty folder; a backup is only restored into a new one.", Code.USAGE)
    if not source.exists():
        raise Trouble(f"there is no backup {source}.", Code.USAGE)
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = archive.aside(target)
    archive.remove(folder)
    try:
        with showing.bars(files=True) as progress:
            progress.add_task("copy", total=None)
            archive.unpack(source, folder)
            restored = _verified(folder, progress)
        folder.replace(target)
    finally:
        archive.remove(folder)
    return restored


def _verified(folder: Path, progress: Progress) -> Restored:
    if not (folder / DATABASE).is_file():
        raise Trouble(f"the backup has no {DATABASE}.")
    if not (folder / archive.KEY).is_file():
        raise Trouble(f"the backup has no {archive.KEY}; without it no secret key could be read.")
    from jobyard.server import open_store

    try:
        store = open_store(Settings(data=str(folder)))
    except Fault as fault:
        raise Trouble(f"the backup's database cannot be opened: {fault.sentence}") from None
    try:
        findings = store.check()
        if findings:
            raise Trouble(f"the backup's database is damaged: {findings[0]}")
        blobs, size = _check_blobs(store, Blobs(folder / "blobs"), progress)
        jobs = sum(tally.count for tally in store.read(lambda view: view.tallies(EVERYTHING)).result())
    finally:
        store.close()
    return Restored(jobs=jobs, blobs=blobs, size=size)


def _check_blobs(store: Store, blobs: Blobs, progress: Progress) -> tuple[int, int]:
    bar = progress.add_task("check", total=None)
    count = size = 0
    after = ""
    while True:
        files = store.read(lambda view, after=after: view.files_after(after, _PAGE)).result()  # type: ignore[misc]
        for file in files:
            _check(blobs, file)
            count, size = count + 1, size + file.size
            progress.update(bar, completed=size)
        if len(files) < _PAGE:
            return count, size
        after = files[-1].blob


def _check(blobs: Blobs, file: ResultFile) -> None:
    try:
        found = blobs.describe(file.blob)
    except NotFound:
        raise Trouble(f"the backup lacks the result file {file.name} (blob {file.blob}).") from None
    if found != (file.size, file.sha256):
        raise Trouble(f"the backup's result file {file.name} (blob {file.blob}) has another checksum than recorded.")
