"""`jobyard keep`: backup, restore, prune and doctor; what else belongs to it stands in `keeping`."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Annotated, TypeVar

from cyclopts import App, Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Code, Trouble
from jobyard.cli.escape import visible
from jobyard.cli.reach import QUICK, Where, data_folder, house

T = TypeVar("T")
_HERE = Where()
_LOOK_EVERY = 0.2
app = App(
    name="keep",
    help="Look after the house: backup, restore, rules, prune, compact, doctor, audit.",
    help_format="plaintext",
)
for _name, _place, _sentence in (
    ("rules", "jobyard.cli.keeping:rules", "Show how long ended jobs are remembered."),
    ("rule", "jobyard.cli.keeping:rule", "Set how long jobs of one kind or project are remembered."),
    ("drop-rule", "jobyard.cli.keeping:drop_rule", "Take a rule away."),
    ("compact", "jobyard.cli.keeping:compact", "Write the database anew without free room in it."),
    ("audit", "jobyard.cli.keeping:audit", "Show what was done to the house and by whom."),
):
    app.command(_place, name=_name, help=_sentence)


@app.command
def backup(target: str, /, *, where: Where = _HERE) -> int:
    """Write a whole copy of the house (database, result files, pictures, master key) while work goes on.

    Whoever has the copy has the house: it is readable by its owner only, and should stay so.

    Parameters
    ----------
    target
        A folder that is empty or does not exist, or a file that ends with .tar. With --url it is a folder on the
        server's machine.
    """
    from jobyard.cli import archive

    place = Path(target).expanduser().absolute()
    packed = place.suffix == ".tar"
    with house(where, indoors=True, patience=QUICK) as client:
        if packed and where.url:
            raise Trouble("a server on another machine writes folders, not .tar files.", Code.USAGE)
        if packed and place.exists():
            raise Trouble(f"{place} exists already.", Code.USAGE)
        folder = archive.aside(place) if packed else place
        try:
            made = _with_bar("backup", _expected(where), folder, lambda: client.backup(str(folder)))
            if packed:
                archive.pack(folder, place)
        finally:
            if packed:
                archive.remove(folder)
    told = {"target": str(place), "size": made.size, "blobs": made.blobs}
    if where.json:
        showing.print_json(told)
    else:
        print(f"{place}: {showing.size(made.size)}, {made.blobs} result files")
    return Code.OK


@app.command
def restore(source: str, /, *, database: str = "", where: Where = _HERE) -> int:
    """Make a new data folder from a backup. Every checksum is verified first; nothing half restored stays.

    Parameters
    ----------
    source
        A backup: its folder or its .tar file.
    database
        The PostgreSQL database to restore into, which must be empty, where the backup came from one.
    """
    from jobyard.cli import restoring

    if where.data is None:
        raise Trouble("where shall the house be? Say --data FOLDER, new or empty.", Code.USAGE)
    place, target = Path(source).expanduser().absolute(), data_folder(where)
    restored = restoring.restore(place, target, database)
    if where.json:
        showing.print_json({"data": str(target), "jobs": restored.jobs, "blobs": restored.blobs, "size": restored.size})
    else:
        print(f"{target}: {restored.jobs} jobs, {restored.blobs} result files, {showing.size(restored.size)}")
        print(f"Start it with: jobyard up --data {target}")
    return Code.OK


@app.command
def prune(
    *, older_than: float | None = None, dry_run: Annotated[bool, Parameter(negative=())] = False, where: Where = _HERE
) -> int:
    """Remove ended jobs that nobody keeps, with their logs and results. Rules of kinds and projects are heeded.

    Parameters
    ----------
    older_than
        Days since they ended, for jobs that no rule is about; as the setting `retention` says when left out.
    dry_run
        Only count.
    """
    with house(where, indoors=True) as client:
        pruned = client.prune(older_than, dry_run=dry_run)
    if where.json:
        showing.print_json(pruned)
    else:
        verb = "would be removed" if dry_run else "removed"
        print(f"{pruned.jobs} jobs {verb}, {showing.size(pruned.freed)} of results")
    return Code.OK


@app.command
def doctor(*, where: Where = _HERE) -> int:
    """Look the house over. Prints what is wrong, one sentence a line, and what room it takes; 1 when anything is."""
    with house(where, indoors=True) as client:
        found = client.doctor()
    if where.json:
        showing.print_json(found)
    else:
        for sentence in found.findings or ["The house is sound."]:
            print(visible(sentence))
        for note in found.notes:
            print(visible(note))
        room = found.room
        free = f", {showing.size(room.free)} of it free" if room.free else ""
        print(f"The database takes {showing.size(room.database)}{free}, and {showing.size(room.log)} of log.")
        print(f"{room.blob_count} result files take {showing.size(room.blobs)}.")
    return Code.ENDED_BADLY if found.findings else Code.OK


def _expected(where: Where) -> int:
    """Return about how many bytes a backup will have; 0 when the house is on another machine."""
    if where.url:
        return 0
    return measured(data_folder(where))


def measured(folder: Path) -> int:
    """Return the bytes of all files below a folder that may change meanwhile."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.lstat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total


def _with_bar(title: str, expected: int, growing: Path, work: Callable[[], T]) -> T:
    """Do the work in a thread while a bar shows how large a folder has grown."""
    if not sys.stderr.isatty():
        return work()
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001 - handed to who waits
            done.set_exception(error)

    threading.Thread(target=run, name=title, daemon=True).start()
    with showing.bars(files=True) as progress:
        bar = progress.add_task(title, total=expected or None)
        while True:
            try:
                answer = done.result(_LOOK_EVERY)
            except TimeoutError:
                if done.done():
                    raise
                size = measured(growing)
                progress.update(bar, completed=size, total=max(size, expected) or None)
            else:
                progress.update(bar, completed=expected or 1, total=expected or 1)
                return answer
