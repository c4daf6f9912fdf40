"""Workflows: handed in, looked at, run, and what their runs told and wrote."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx2
from msgspec import UNSET, Struct, UnsetType

from jobyard.client.errors import Damaged, Unreachable
from jobyard.client.exchange import Call, Exchange, segment
from jobyard.client.gathering import Gatherings
from jobyard.client.grouping import Groups
from jobyard.client.shapes import Job
from jobyard.client.shapes.workflows import (
    KeptFile,
    Look,
    Preview,
    Workflow,
    WorkflowPage,
    WorkflowRun,
    WorkflowWhole,
)

_PIECE = 1024 * 1024
_PAGE = 200
_LONG = 3600.0
"""Seconds to wait for an answer about a large package."""


class WorkflowEdit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What shall be different about a workflow."""

    name: str | UnsetType = UNSET
    comments: str | UnsetType = UNSET
    published: int | UnsetType = UNSET


class NewRun(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A run of the published version."""

    answers: dict[str, str] = {}
    files: dict[str, str] = {}
    name: str = ""
    queue: str | None = None
    priority: int = 0


class Workflows:
    """Hand in, list, look at, change, fetch, run. What a run wrote is fetched as any job's results are."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.collections = Gatherings(exchange)
        self.groups = Groups(exchange)

    def add(self, file: str | Path, name: str = "", project: str | None = None, *, comment: str = "") -> WorkflowWhole:
        """Hand in a package or a document as a new workflow; the answer says what runs of it. Raises OSError.

        Raises Invalid for what is no workflow, and TooLarge.
        """
        return self._handed(Path(file), {"name": name, "project": project, "comment": comment})

    def add_version(self, id_: str, file: str | Path, *, comment: str = "") -> WorkflowWhole:
        """Hand in another version, which is published at once. Raises OSError, NotFound, Invalid and TooLarge."""
        return self._handed(Path(file), {"workflow": id_, "comment": comment})

    def add_file(self, file: str | Path, name: str = "") -> KeptFile:
        """Hand in a file that goes with runs of your own. Raises OSError, TooLarge, or Conflict for too many."""
        path = Path(file)
        query = {"file": name or path.name}
        call = Call(method="POST", path="/uploads/workflow-files", query=query, content=path, again=False, within=_LONG)
        return self._exchange.ask(call, KeptFile)

    def delete_file(self, file: str) -> None:
        """Remove such a file. Raises NotFound, or Conflict while something needs it."""
        self._exchange.tell(Call(method="DELETE", path=f"/uploads/workflow-files/{segment(file)}"))

    def all(self) -> Iterator[Workflow]:
        """Give out all workflows you may see, first one first."""
        cursor: str | None = None
        while True:
            query = {"limit": _PAGE, "cursor": cursor}
            page = self._exchange.ask(Call(path="/workflows", query=query), WorkflowPage)
            yield from page.workflows
            cursor = page.next
            if cursor is None:
                return

    def get(self, id_: str) -> WorkflowWhole:
        """Return a workflow with its versions and what runs here of it. Raises NotFound."""
        return self._exchange.ask(Call(path=_at(id_)), WorkflowWhole)

    def look(self, id_: str, version: int | None = None) -> Look:
        """Return what runs here of a version, tool by tool; of the published one unless said. Raises NotFound."""
        return self._exchange.ask(Call(path=_at(id_, "look"), query={"version": version}), Look)

    def change(self, id_: str, edit: WorkflowEdit) -> WorkflowWhole:
        """Change what is said of a workflow, or which version is published. Raises NotFound or Refused."""
        return self._exchange.ask(Call(method="PATCH", path=_at(id_), body=edit), WorkflowWhole)

    def delete(self, id_: str, *, force: bool = False) -> None:
        """Forget a workflow and its packages; its jobs stay. Raises Conflict while it runs, unless forced."""
        query = {"force": "true" if force else None}
        self._exchange.tell(Call(method="DELETE", path=_at(id_), query=query))

    def download(self, id_: str, target: str | Path, version: int | None = None) -> Path:
        """Fetch a version's package into a file, or into a folder under its own name; it appears whole or not at all.

        Raises NotFound, Refused, FileExistsError where a file is there already, or Damaged.
        """
        workflow = self.get(id_)
        number = workflow.published.number if version is None else version
        found = next((one for one in workflow.versions if one.number == number), workflow.published)
        wanted = Path(target) / _plain(found.file) if Path(target).is_dir() else Path(target)
        if wanted.exists():
            raise FileExistsError(f"{wanted} exists already")
        call = Call(path=_at(id_, "package"), query={"version": number}, headers={"Accept": "*/*"}, within=_LONG)
        with tempfile.TemporaryDirectory(dir=wanted.parent, prefix=".jobyard-") as folder:
            part = Path(folder) / "part"
            if self._fetched(call, part) != found.sha256:
                raise Damaged(f"{found.file} arrived with another checksum than promised; nothing was kept.")
            part.rename(wanted)
        return wanted

    def run(
        self,
        id_: str,
        answers: Mapping[str, str] | None = None,
        *,
        files: Mapping[str, str] | None = None,
        name: str = "",
        queue: str | None = None,
        priority: int = 0,
    ) -> Job:
        """Put a run of the published version in line. `files` are names that `add_file` gave, by those they have there.

        Raises NotFound, Refused, or Invalid for an answer that nobody asks for.
        """
        body = NewRun(answers=dict(answers or {}), files=dict(files or {}), name=name, queue=queue, priority=priority)
        return self._exchange.ask(Call(method="POST", path=_at(id_, "run"), body=body, again=False), Job)

    def told(self, job: str) -> WorkflowRun:
        """Return what a run told and wrote, with how many records came out of each tool. Raises NotFound."""
        return self._exchange.ask(Call(path=f"/workflow-runs/{segment(job)}"), WorkflowRun)

    def preview(self, job: str, file: str, rows: int = 50) -> Preview:
        """Return the first records of a file that a run wrote. Raises NotFound, or Invalid for what is no table."""
        query = {"name": file, "rows": rows}
        return self._exchange.ask(Call(path=f"/workflow-runs/{segment(job)}/preview", query=query), Preview)

    def _handed(self, file: Path, said: Mapping[str, str | None]) -> WorkflowWhole:
        query = {"file": file.name, **{name: value for name, value in said.items() if value}}
        call = Call(method="POST", path="/uploads/workflows", query=query, content=file, again=False, within=_LONG)
        return self._exchange.ask(call, WorkflowWhole)

    def _fetched(self, call: Call, part: Path) -> str:
        """Fetch bytes into a file and return their SHA-256."""
        hashed = hashlib.sha256()
        try:
            with self._exchange.stream(call) as response, part.open("xb") as file:
                for piece in response.iter_raw(_PIECE):
                    hashed.update(piece)
                    file.write(piece)
        except httpx2.TransportError as error:
            raise Unreachable(f"{self._exchange.url} was lost while it sent the file.") from error
        return hashed.hexdigest()


def _plain(name: str) -> str:
    if name in {"", ".", ".."} or "/" in name or "\\" in name or not name.isprintable():
        raise Damaged(f"The house calls a package {name!r}, which is no plain file name; say where to put it.")
    return name


def _at(*parts: str) -> str:
    return "/".join(["/workflows", *map(segment, parts)])
