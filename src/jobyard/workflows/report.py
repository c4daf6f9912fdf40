"""What runs here and what does not, tool by tool: for whoever hands a workflow in, at whichever door."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from jobyard.workflows.canvas import Canvas, canvas
from jobyard.workflows.document.package import Package
from jobyard.workflows.document.record import Document, Question
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.scripts.declaration import declared

_MOST = 1_000
"""Tools that a report names one by one, those that do not run first."""


class Drawn(StrEnum):
    """In what somebody made a workflow."""

    WORKFLOW = "workflow"
    APP = "app"
    MACRO = "macro"
    PYTHON = "python"


class ToolReport(Struct, frozen=True, kw_only=True):
    """One tool of the document."""

    tool: int
    """Its number in the document."""
    title: str
    runs: bool
    reasons: tuple[str, ...] = ()
    """Why it does not run; none where it does."""


class Report(Struct, frozen=True, kw_only=True):
    """What was found of one workflow."""

    drawn: Drawn
    file: str
    """The document or the script that it is about."""
    runs: bool
    """Whether all of it runs here, once its questions are answered and its files are there."""
    count: int = 0
    """How many tools would run."""
    tools: tuple[ToolReport, ...] = ()
    """At most a thousand of them, those first that do not run."""
    problem: str = ""
    """What is wrong with it as a whole, such as tools that wait for each other in a circle; one sentence."""
    questions: tuple[Question, ...] = ()
    inputs: tuple[str, ...] = ()
    """Files that it reads and does not bring along."""
    outputs: tuple[str, ...] = ()
    """Files that it writes."""
    free_order: bool = False
    """Whether it was made for the engine that promises no order of records."""
    canvas: Canvas = Canvas()
    """How it looks; nothing for what was handed in before that was kept."""


def report(path: Path, name: str = "", files: Collection[str] = ()) -> Report:
    """Return what runs of a package or a document; `name` ends as its file does, `files` will be handed in with it.

    Looks and runs nothing. Raises WorkflowBroken for what is no workflow at all.
    """
    with Package(path, name) as package:
        script = declared(package)
        if script is not None:
            return Report(
                drawn=Drawn.PYTHON,
                file=script.script,
                runs=True,
                questions=script.questions,
                outputs=tuple(output.name for output in script.outputs),
            )
        return _of_document(package.main(), package, files)


def _of_document(document: Document, package: Package, files: Collection[str]) -> Report:
    # The tools know tables, which are a heavy import; a house that only runs scripts needs none.
    from jobyard.workflows.planning import planned
    from jobyard.workflows.toolbox.naming import settled

    document = settled(document, package)
    drawn = {"yxmd": Drawn.WORKFLOW, "yxwz": Drawn.APP, "yxmc": Drawn.MACRO}[document.form.value]
    free = document.settings.free_order
    try:
        plan = planned(document, package, files)
    except WorkflowRefused as refusal:
        return Report(
            drawn=drawn,
            file=document.file,
            runs=False,
            problem=refusal.sentence,
            questions=document.questions,
            free_order=free,
            canvas=canvas(document, {}),
        )
    found = [
        ToolReport(tool=look.tool, title=look.title, runs=not look.problems, reasons=look.problems)
        for look in plan.looks
    ]
    found.sort(key=lambda one: (one.runs, one.tool))
    problem = "It is a macro: workflows use it, and it does not run by itself." if drawn is Drawn.MACRO else ""
    return Report(
        drawn=drawn,
        file=document.file,
        runs=plan.runs and not problem,
        count=len(found),
        tools=tuple(found[:_MOST]),
        problem=problem,
        questions=plan.questions,
        inputs=plan.inputs,
        outputs=plan.outputs,
        free_order=free,
        canvas=canvas(document, {look.tool: look.title for look in plan.looks}),
    )


def sentences(found: Report) -> Iterator[str]:
    """Yield what keeps a workflow from running, one sentence for each reason."""
    if found.problem:
        yield found.problem
    for one in found.tools:
        for reason in one.reasons:
            yield f"{one.title} ({one.tool}): {reason}."
