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
_SQLITE = b"SQLite format 3"
_WRONG_STORE = {
    True: "this backup came from a house without PostgreSQL; leave --database away.",
    False: "this backup came from PostgreSQL; say --database with the address of an empty one.",
}


class Restored(Struct, frozen=True, kw_only=True):
    """What a new data folder holds."""

    jobs: int
    blobs: int
    size: int
    """Bytes of the result files."""


def restore(source: Path, target: Path, database: str) -> Restored:
    """Make the data folder `target`, which must be empty or not exist, from a backup.

    A backup that came from PostgreSQL goes back into one: the empty database at `database`. Raises Trouble when the
    backup is not whole, naming what is wrong; then no folder is left behind.
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
            restored = _verified(folder, database, progress)
        folder.replace(target)
    finally:
        archive.remove(folder)
    return restored


def _verified(folder: Path, database: str, progress: Progress) -> Restored:
    if not (folder / DATABASE).is_file():
        raise Trouble(f"the backup has no {DATABASE}.")
    if not (folder / archive.KEY).is_file():
        raise Trouble(f"the backup has no {archive.KEY}; without it no secret key could be read.")
    store = _opened(folder, database, progress)
    try:
        findings = store.check()
        if findings:
            raise Trouble(f"the backup's database is damaged: {findings[0]}")
        blobs, size = _check_blobs(store, Blobs(folder / "blobs"), progress)
        jobs = sum(tally.count for tally in store.read(lambda view: view.tallies(EVERYTHING)).result())
    except Fault as fault:
        raise Trouble(f"the backup's database cannot be read: {fault.sentence}") from None
    finally:
        store.close()
    return Restored(jobs=jobs, blobs=blobs, size=size)


def _opened(folder: Path, database: str, progress: Progress) -> Store:
    from jobyard.server import open_store
    from jobyard.store.sqlite.store import FILE

    copy = folder / DATABASE
    with copy.open("rb") as file:
        embedded = file.read(len(_SQLITE)) == _SQLITE
    if embedded == bool(database):
        raise Trouble(_WRONG_STORE[embedded], Code.USAGE)
    try:
        if embedded:
            copy.rename(folder / FILE)
        store = open_store(Settings(data=str(folder), database=database))
        if not embedded:
            _pour(copy, database, progress)
    except Exception as error:  # noqa: BLE001 - whatever a damaged file makes of the database's reader
        reason = error.sentence if isinstance(error, Fault) else str(error)
        raise Trouble(f"the backup's database cannot be opened: {reason}") from None
    return store


def _pour(copy: Path, database: str, progress: Progress) -> None:
    from jobyard.store.postgres.copying import restore as pour
    from jobyard.store.postgres.links import Links

    bar = progress.add_task("tables", total=None)
    links = Links(database)
    try:
        with links.lent() as connection:
            pour(connection, copy, lambda done, total: progress.update(bar, completed=done, total=total))
    finally:
        links.close()
    copy.unlink()


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
