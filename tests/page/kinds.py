"""What the house of the journeys can do: quick work of every outcome, steered by its parameters."""

from __future__ import annotations

import time
from typing import Any, Literal

from msgspec import Struct

from jobyard.datasets.sync import DatasetSync
from jobyard.datasets.work.backup.writing import BackupExport
from jobyard.datasets.work.exporting import DatasetExport
from jobyard.datasets.work.importing import DatasetImport
from jobyard.datasets.work.judging import QualityCalculate
from jobyard.datasets.work.merging import ConsensusMerge
from jobyard.datasets.work.reporting import EventsReport
from jobyard.job.record import Resource
from jobyard.kinds.context import Context
from jobyard.kinds.kind import Kind
from jobyard.kinds.registry import Registry
from jobyard.workflows.kind import WorkflowRun

TICK = 0.05


class Task(Struct, frozen=True, forbid_unknown_fields=True):
    """A thing to work on, and how."""

    task: int
    name: str = ""
    format: str = ""
    lightweight: bool = False
    colour: Literal["red", "green"] = "red"
    words: list[str] = []


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters."""


class Steps(Struct, frozen=True, forbid_unknown_fields=True):
    """How many steps, each a twentieth of a second."""

    steps: int = 20


class Text(Struct, frozen=True, forbid_unknown_fields=True):
    """Something to say."""

    text: str = "It did not work."


class Lines(Struct, frozen=True, forbid_unknown_fields=True):
    """How many lines to write."""

    lines: int = 100


class Walk(Kind):
    """Goes step by step, tells each one, and stops when it is asked to."""

    name = "page.walk"
    title = "Go for a walk"
    Parameters = Steps

    def run(self, parameters: Any, context: Context) -> Any:
        for step in range(parameters.steps):
            context.progress(step, parameters.steps, f"step {step}")
            print(f"step {step}")
            time.sleep(TICK)
        return {"steps": parameters.steps}


class Stumble(Kind):
    """Fails in the words it was given."""

    name = "page.stumble"
    title = "Stumble"
    Parameters = Text

    def run(self, parameters: Any, context: Context) -> Any:
        raise RuntimeError(parameters.text)


class Parcel(Kind):
    """Gives back a file and a value."""

    name = "page.parcel"
    title = "Wrap a parcel"
    Parameters = Text

    def run(self, parameters: Any, context: Context) -> Any:
        context.result_file("parcel.txt", "text/plain").write_text(parameters.text, encoding="utf-8")
        return {"weight": len(parameters.text)}


class Halfway(Kind):
    """Makes a file, then fails the first time and goes through the second."""

    name = "page.halfway"
    title = "Pack half"
    Parameters = Nothing

    def run(self, parameters: Any, context: Context) -> Any:
        context.result_file("half.txt", "text/plain").write_text(f"attempt {context.attempt}", encoding="utf-8")
        if context.attempt == 1:
            raise RuntimeError("The box was too small.")
        return {"boxes": context.attempt}


class Chatter(Kind):
    """Writes many lines."""

    name = "page.chatter"
    title = "Chatter"
    Parameters = Lines

    def run(self, parameters: Any, context: Context) -> Any:
        for number in range(1, parameters.lines + 1):
            context.log(f"word {number:05d}")
        context.log("<img src=x onerror=alert(1)> \x1b[31mred\x1b[0m end")


class Blink(Kind):
    """Is over at once."""

    name = "page.blink"
    title = "Blink"
    Parameters = Nothing

    def run(self, parameters: Any, context: Context) -> Any:
        return None


class Export(Kind):
    """Works on a task that has a number and a name."""

    name = "page.export"
    title = "Export annotations"
    Parameters = Task

    @classmethod
    def resource(cls, parameters: Any) -> Resource | None:
        return Resource(type="task", id=str(parameters.task), name=parameters.name)

    def run(self, parameters: Any, context: Context) -> Any:
        return {"colour": parameters.colour, "words": parameters.words}


OURS = (DatasetSync, DatasetExport, DatasetImport, BackupExport, QualityCalculate, ConsensusMerge, EventsReport)
REGISTRY = Registry([WorkflowRun, Walk, Stumble, Parcel, Halfway, Chatter, Blink, Export, *OURS])
