"""Shapes of workflows: what is kept of them, what was found of them, and what their runs told."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from jobyard.client.shapes.jobs import ProjectRef


class Question(Struct, frozen=True, kw_only=True):
    """What an app asks."""

    name: str
    """By this name it is answered."""
    type: str
    description: str
    default: str
    multiple: bool
    """Whether several may be chosen: their values stand behind each other with commas."""
    choices: list[list[str]]
    """Pairs of what people read and what is answered."""


class ToolLook(Struct, frozen=True, kw_only=True):
    """One tool of a document."""

    tool: int
    title: str
    runs: bool
    reasons: list[str]
    """Why it does not run here."""


class Spot(Struct, frozen=True, kw_only=True):
    """A tool in the picture of a workflow."""

    tool: int
    title: str
    x: int
    """Where its left side is, in pixels from the picture's own."""
    y: int
    """Where its upper side is."""
    off: bool
    """Whether it stands in a container that is switched off."""


class Wire(Struct, frozen=True, kw_only=True):
    """A connection from a tool's port to another tool's entry."""

    origin: int
    port: str
    target: int
    entry: str


class Canvas(Struct, frozen=True, kw_only=True):
    """A workflow as a picture; no tools where there are very many, or where nothing is known of it."""

    tools: list[Spot]
    wires: list[Wire]


class Look(Struct, frozen=True, kw_only=True):
    """What was found of a version when it was handed in: can it run here?"""

    drawn: str
    file: str
    """The document or the script that it is about."""
    runs: bool
    count: int
    """How many tools would run."""
    tools: list[ToolLook]
    """At most a thousand of them, those first that do not run."""
    problem: str
    """What is wrong with it as a whole."""
    questions: list[Question]
    inputs: list[str]
    """Files that it reads and does not bring along."""
    outputs: list[str]
    canvas: Canvas


class Version(Struct, frozen=True, kw_only=True):
    """One version of a workflow."""

    number: int
    file: str
    size: int
    sha256: str
    owner: str
    """Who handed it in."""
    created_at: datetime
    drawn: str
    comment: str


class Workflow(Struct, frozen=True, kw_only=True):
    """A workflow that the house keeps, with its published version."""

    id: str
    number: int
    name: str
    owner: str
    project: ProjectRef | None
    public: bool
    """Whether everybody of the house sees it."""
    comments: str
    queue: str
    """The queue of its runs where nobody says another; empty for the usual one."""
    created_at: datetime
    updated_at: datetime
    published: Version
    may: list[str]
    """What this reader may ask of it."""


class WorkflowWhole(Workflow, frozen=True, kw_only=True):
    """A workflow with all its versions, and what was found of the published one."""

    versions: list[Version]
    look: Look


class WorkflowPage(Struct, frozen=True, kw_only=True):
    """Workflows, first one first."""

    workflows: list[Workflow]
    next: str | None


class KeptFile(Struct, frozen=True, kw_only=True):
    """A file that goes with runs."""

    file: str
    """What runs call it."""
    size: int


class Message(Struct, frozen=True, kw_only=True):
    """What a run told."""

    severity: str
    status: int
    """The number that clients of the original know it by."""
    text: str
    tool: int | None
    """The number of the tool; null for the run itself."""
    title: str
    """What the tool is."""


class Port(Struct, frozen=True, kw_only=True):
    """How many records came out of a port."""

    port: str
    records: int


class ToolRecords(Struct, frozen=True, kw_only=True):
    """The records at the ports of one tool."""

    tool: int
    title: str
    ports: list[Port]


class WrittenFile(Struct, frozen=True, kw_only=True):
    """A file that a run wrote."""

    name: str
    form: str
    tools: list[int]
    records: int | None


class WorkflowRun(Struct, frozen=True, kw_only=True):
    """What a run of a workflow told and wrote."""

    job: str
    workflow: str | None
    """The id of the workflow; null where it is not there any more."""
    version: int | None
    messages: list[Message]
    """All of them once it has ended."""
    records: list[ToolRecords]
    files: list[WrittenFile]
    canvas: Canvas
    """How the workflow looks that ran."""


class Preview(Struct, frozen=True, kw_only=True):
    """The first records of a file, as texts."""

    columns: list[str]
    rows: list[list[str | None]]
    more: bool
    """Whether there are further records or columns."""
