"""Shapes of workflows: what is kept of them, what was found of them, and what their runs told."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from jobyard.faces.native.wire.jobs import ProjectRef
from jobyard.faces.native.wire.words import Name, Slug, Time

DrawnName = Literal["workflow", "app", "macro", "python"]
SeverityName = Literal["info", "warning", "error", "conversion", "file", "end"]
_Title = Annotated[str, Meta(min_length=1, max_length=255)]
_Comment = Annotated[str, Meta(max_length=10_000)]
_Remark = Annotated[str, Meta(max_length=2_000)]
"""A comment that stands in an address, which cannot be longer than the first line of a request."""
_Blob = Annotated[str, Meta(min_length=1, max_length=64)]


class PackageAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is said of a package that is handed in."""

    file: Annotated[str, Meta(max_length=255)] = "workflow.yxzp"
    """What its file is called; the ending says what it is."""
    name: Annotated[str, Meta(max_length=255)] = ""
    """The name of a new workflow; that of the file where none is said."""
    project: Name | None = None
    """Id or name of the project that shares it."""
    comment: _Remark = ""
    workflow: Annotated[str, Meta(max_length=64)] = ""
    """The id of the workflow of which it is another version; a new one where none is said."""


class FileAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is said of a file that goes with runs."""

    file: Annotated[str, Meta(max_length=255)] = "file"
    """What it is called."""


class VersionAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which version; the published one where none is said."""

    version: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None


class DropAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """Whether it goes although it runs or waits."""

    force: bool = False


class PreviewAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which file of a run, and how much of it."""

    name: Annotated[str, Meta(max_length=300)] = ""
    rows: Annotated[int, Meta(ge=1, le=500)] = 50


class QuestionOut(Struct, kw_only=True):
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


class ToolLook(Struct, kw_only=True):
    """One tool of a document."""

    tool: int
    title: str
    runs: bool
    reasons: list[str]
    """Why it does not run here."""


class SpotOut(Struct, kw_only=True):
    """A tool in the picture of a workflow."""

    tool: int
    title: str
    x: int
    """Where its left side is, in pixels from the picture's own."""
    y: int
    """Where its upper side is."""
    off: bool
    """Whether it stands in a container that is switched off."""


class WireOut(Struct, kw_only=True):
    """A connection from a tool's port to another tool's entry."""

    origin: int
    port: str
    target: int
    entry: str


class CanvasOut(Struct, kw_only=True):
    """A workflow as a picture; no tools where there are very many, or where nothing is known of it."""

    tools: list[SpotOut]
    wires: list[WireOut]


class LookOut(Struct, kw_only=True):
    """What was found of a version when it was handed in: can it run here?"""

    drawn: DrawnName
    file: str
    """The document or the script that it is about."""
    runs: bool
    count: int
    """How many tools would run."""
    tools: list[ToolLook]
    """At most a thousand of them, those first that do not run."""
    problem: str
    """What is wrong with it as a whole."""
    questions: list[QuestionOut]
    inputs: list[str]
    """Files that it reads and does not bring along."""
    outputs: list[str]
    canvas: CanvasOut


class VersionOut(Struct, kw_only=True):
    """One version of a workflow."""

    number: int
    file: str
    size: int
    sha256: str
    owner: str
    """Who handed it in."""
    created_at: Time
    drawn: DrawnName
    comment: str


class WorkflowOut(Struct, kw_only=True):
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
    created_at: Time
    updated_at: Time
    published: VersionOut
    may: list[Literal["run", "edit", "download", "delete"]]
    """What this reader may ask of it."""


class WorkflowWhole(WorkflowOut, kw_only=True):
    """A workflow with all its versions, and what was found of the published one."""

    versions: list[VersionOut]
    look: LookOut


class WorkflowPage(Struct, kw_only=True):
    """Workflows, first one first."""

    workflows: list[WorkflowOut]
    next: str | None


class WorkflowChange(Struct, kw_only=True, forbid_unknown_fields=True):
    """What shall be different about a workflow."""

    name: _Title | UnsetType = UNSET
    comments: _Comment | UnsetType = UNSET
    published: Annotated[int, Meta(ge=1, le=2**31 - 1)] | UnsetType = UNSET
    """The number of the version that runs where nobody says another."""


class RunIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A run of the published version."""

    answers: Annotated[dict[Name, Annotated[str, Meta(max_length=65_536)]], Meta(max_length=500)] = {}
    """Answers by the questions' names; what is not answered keeps its default."""
    files: Annotated[dict[Name, _Blob], Meta(max_length=200)] = {}
    """Files that were handed in for its inputs, by the names that the workflow gives them."""
    name: Annotated[str, Meta(max_length=300)] = ""
    queue: Slug | None = None
    priority: Annotated[int, Meta(ge=-1000, le=1000)] = 0


class FileKept(Struct, kw_only=True):
    """A file that goes with runs."""

    file: str
    """What runs call it."""
    size: int


class MessageOut(Struct, kw_only=True):
    """What a run told."""

    severity: SeverityName
    status: int
    """The number that clients of the original know it by."""
    text: str
    tool: int | None
    """The number of the tool; null for the run itself."""
    title: str
    """What the tool is."""


class PortOut(Struct, kw_only=True):
    """How many records came out of a port."""

    port: str
    records: int


class ToolRecords(Struct, kw_only=True):
    """The records at the ports of one tool."""

    tool: int
    title: str
    ports: list[PortOut]


class WrittenOut(Struct, kw_only=True):
    """A file that a run wrote."""

    name: str
    form: str
    tools: list[int]
    records: int | None


class RunOut(Struct, kw_only=True):
    """What a run of a workflow told and wrote."""

    job: str
    workflow: str | None
    """The id of the workflow; null where it is not there any more."""
    version: int | None
    messages: list[MessageOut]
    """All of them once it has ended."""
    records: list[ToolRecords]
    files: list[WrittenOut]
    canvas: CanvasOut
    """How the workflow looks that ran."""


class PreviewOut(Struct, kw_only=True):
    """The first records of a file, as texts."""

    columns: list[str]
    rows: list[list[str | None]]
    more: bool
    """Whether there are further records or columns."""
