"""`jobyard jobs download`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Code, Trouble
from jobyard.cli.escape import visible
from jobyard.cli.jobs.naming import job_id
from jobyard.cli.jobs.staying import STEADFAST
from jobyard.cli.reach import Where, house

if TYPE_CHECKING:
    from jobyard.client import Jobyard
    from jobyard.client.shapes import ResultFile

_HERE = Where()


def download(
    job: str,
    /,
    *names: str,
    to: str = ".",
    force: Annotated[bool, Parameter(negative=())] = False,
    where: Where = _HERE,
) -> int:
    """Fetch result files of a job, checked against their checksums. What an earlier try fetched is used.

    Parameters
    ----------
    job
        Its number or id.
    names
        Files to fetch; all of the newest try when left out.
    to
        The folder to put them in, or the name for a single file.
    force
        Replace files that are there already.
    """
    with house(where, indoors=True, patience=STEADFAST) as client:
        id_ = job_id(client, job)
        files = _wanted(client.results(id_), names)
        target = Path(to)
        if len(files) > 1 and not target.is_dir():
            raise Trouble(f"{to} is not a folder, and there are {len(files)} files to put in it.", Code.USAGE)
        for file in files:
            place = fetch(client, id_, file, target, force=force)
            if where.json:
                told = {"name": file.name, "path": str(place), "size": file.size, "sha256": file.sha256}
                showing.print_json(told)
            else:
                print(visible(str(place)))
    return Code.OK


def _wanted(files: list[ResultFile], names: tuple[str, ...]) -> list[ResultFile]:
    newest = {file.name: file for file in sorted(files, key=lambda file: file.attempt)}
    if not names:
        last = max((file.attempt for file in files), default=0)
        if not files:
            raise Trouble("this job has no result files.", Code.REFUSED)
        return [file for file in newest.values() if file.attempt == last]
    missing = [name for name in names if name not in newest]
    if missing:
        raise Trouble(f"there is no result file {missing[0]}.", Code.REFUSED)
    return [newest[name] for name in dict.fromkeys(names)]


def fetch(client: Jobyard, id_: str, file: ResultFile, target: Path, *, force: bool) -> Path:
    """Fetch one result file with a bar and return where it lies. Raises Trouble where one is there already."""
    with showing.bars(files=True) as progress:
        bar = progress.add_task(visible(file.name), total=file.size)

        def moved(done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total)

        try:
            return client.download(id_, file.name, target, overwrite=force, on_bytes=moved)
        except FileExistsError as error:
            raise Trouble(f"{error}; --force replaces it.") from None
