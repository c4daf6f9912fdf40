"""How commands that submit work on datasets end: with the job, or with what it made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Code
from jobyard.cli.escape import visible
from jobyard.cli.jobs import staying

if TYPE_CHECKING:
    from jobyard.client import Jobyard
    from jobyard.client.shapes import Job
    from jobyard.client.uploads import OnBytes


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Ending:
    """How long to stay."""

    wait: Annotated[bool, Parameter(negative=())] = False
    """Stay until it has ended; 1 when it did not succeed."""
    to: Path | None = None
    """Stay, and put what it made there: a folder, or the name for a single file."""
    force: Annotated[bool, Parameter(negative=())] = False
    """Replace files that are there already."""

    @property
    def patience(self) -> float:
        """Seconds to bear a lost connection."""
        return staying.STEADFAST


NOT_STAYING = Ending()


def ended(client: Jobyard, job: Job, ending: Ending, *, json: bool) -> int:
    """Print a submitted job, or stay with it and fetch what it made; return the exit code."""
    from jobyard.cli.jobs.submitting import printed

    if not ending.wait and ending.to is None:
        return printed(job, json=json)
    showing.say(f"job {job.number} ({job.id})")
    code = staying.conclude(staying.waited(client, [job.id], None), json=json)
    if code is Code.OK and ending.to is not None:
        _fetch(client, job.id, ending.to, force=ending.force)
    return code


def heard(bar: str) -> OnBytes | None:
    """Return who shows how far a file is that is sent in; None away from a terminal."""
    import sys

    if not sys.stderr.isatty():
        return None

    def moved(done: int, total: int) -> None:
        end = "\n" if done == total else ""
        told = f"\r{visible(bar)}: {showing.size(done)} of {showing.size(total)} "
        print(told, end=end, file=sys.stderr, flush=True)

    return moved


def _fetch(client: Jobyard, id_: str, target: Path, *, force: bool) -> None:
    from jobyard.cli.jobs.fetching import fetch

    files = client.results(id_)
    newest = max((file.attempt for file in files), default=0)
    chosen = [file for file in files if file.attempt == newest]
    if len(chosen) > 1:
        target.mkdir(parents=True, exist_ok=True)
    for file in chosen:
        showing.say(str(fetch(client, id_, file, target, force=force)))
