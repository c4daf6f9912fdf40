"""The demo's workflows: they run on a list of the demo's pictures, and one does not like what it finds."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from jobyard.client import Jobyard
from jobyard.client.shapes import Job
from jobyard.client.shapes.workflows import WorkflowWhole
from jobyard.client.workflows import WorkflowEdit

SHAPES, COLOURS = "shapes.yxwz", "colours.yxmd"
TABLE = "shapes.xlsx"
_LIST = "_externals/1/pictures.csv"
_MONDAYS = "0 6 * * 1"


def handed_in(anna: Jobyard, folder: Path, drawn: str, name: str, project: str) -> WorkflowWhole:
    """Hand a workflow in with a fresh list of the pictures; where it is there already, as another version."""
    known = next((one for one in anna.workflows.all() if one.name == name and one.owner == "anna"), None)
    with _packed(folder, drawn) as package:
        if known is not None:
            return anna.workflows.add_version(known.id, package, comment="With the pictures as they are now.")
        made = anna.workflows.add(package, name, project, comment="Drawn for the demo.")
    return anna.workflows.change(made.id, WorkflowEdit(comments=f"Looks through {folder.name}."))


def scheduled(anna: Jobyard, flow: WorkflowWhole, project: str) -> str:
    """Let a workflow run every Monday, once; return what the schedule is called."""
    name = f"{flow.name}, each Monday"
    if name not in {one.name for one in anna.schedules.all(kind="workflow.run")}:
        anna.schedules.create(
            name, "workflow.run", {"workflow": flow.id}, cron=_MONDAYS, job_name=flow.name, project=project
        )
    return name


def told(anna: Jobyard, job: Job) -> str:
    """Return in a sentence how many records a run read and what it wrote, or which tool it stopped at."""
    run = anna.workflows.told(job.id)
    if job.state != "succeeded":
        return next((one.text for one in reversed(run.messages) if one.severity == "error" and one.tool), "")
    read = next((port.records for tool in run.records for port in tool.ports), 0)
    return f"{read} records became {', '.join(f'{one.records} in {one.name}' for one in run.files)}"


@contextmanager
def _packed(folder: Path, drawn: str) -> Iterator[Path]:
    document = (files(__package__) / "drawn" / drawn).read_bytes()
    with tempfile.TemporaryDirectory(prefix="jobyard-") as place:
        package = Path(place) / f"{drawn.partition('.')[0]}.yxzp"
        with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(drawn, document)
            archive.writestr(_LIST, _listed(folder))
        yield package


def _listed(folder: Path) -> str:
    """Return what is there of pictures, as a table."""
    from PIL import Image

    found = io.StringIO()
    rows = csv.writer(found)
    rows.writerow(["name", "format", "width", "height", "mode", "bytes"])
    for path in sorted(folder.iterdir()):
        with Image.open(path) as picture:
            rows.writerow([path.name, picture.format, *picture.size, picture.mode, path.stat().st_size])
    return found.getvalue()
