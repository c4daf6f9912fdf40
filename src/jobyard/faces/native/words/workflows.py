"""Workflows in the native protocol's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.faces.native.wire import workflows as wire
from jobyard.faces.native.words.asking import project_ref
from jobyard.faces.native.words.times import moment
from jobyard.job.record import Job
from jobyard.people.record import Actor
from jobyard.workflows.canvas import Canvas
from jobyard.workflows.document.record import Question
from jobyard.workflows.library import standing
from jobyard.workflows.library.record import Entry, Shown, Version, Workflow
from jobyard.workflows.messages import ENGINE, Message, Status
from jobyard.workflows.preview import Preview
from jobyard.workflows.report import Report

_SEVERITIES: Mapping[int, wire.SeverityName] = MappingProxyType(
    {
        Status.INFO: "info",
        Status.WARNING: "warning",
        Status.ERROR: "error",
        Status.COMPLETE: "end",
        Status.CONVERSION: "conversion",
        Status.CONVERSION_LIMIT: "conversion",
        Status.FILE_READ: "file",
        Status.FILE_WRITTEN: "file",
    }
)
_PROGRAMS = frozenset({int(Status.RECORDS), int(Status.BROWSE)})
"""What is told to programs, and shown to people in another way."""


def workflow_out(found: Entry | Shown, actor: Actor, names: Mapping[str, str]) -> wire.WorkflowOut:
    """Return a workflow with its published version."""
    version = found.version if isinstance(found, Entry) else found.published
    return wire.WorkflowOut(**_said(found.workflow, version, actor, names))


def workflow_whole(found: Shown, look: Report, actor: Actor, names: Mapping[str, str]) -> wire.WorkflowWhole:
    """Return a workflow with all its versions."""
    return wire.WorkflowWhole(
        **_said(found.workflow, found.published, actor, names),
        versions=[version_out(one) for one in found.versions],
        look=look_out(look),
    )


def version_out(version: Version) -> wire.VersionOut:
    """Return a version."""
    return wire.VersionOut(
        number=version.number,
        file=version.file,
        size=version.size,
        sha256=version.sha256,
        owner=version.owner,
        created_at=moment(version.created_at),
        drawn=version.about.drawn.value,
        comment=version.about.comment,
    )


def look_out(look: Report) -> wire.LookOut:
    """Return what was found of a version."""
    return wire.LookOut(
        drawn=look.drawn.value,
        file=look.file,
        runs=look.runs,
        count=look.count,
        tools=[
            wire.ToolLook(tool=one.tool, title=one.title, runs=one.runs, reasons=list(one.reasons))
            for one in look.tools
        ],
        problem=look.problem,
        questions=[_question(one) for one in look.questions],
        inputs=list(look.inputs),
        outputs=list(look.outputs),
        canvas=_canvas(look.canvas),
    )


def changed(said: wire.WorkflowChange, old: Workflow) -> Workflow:
    """Return a workflow as it shall be."""
    about = old.about if said.comments is UNSET else replace(old.about, comments=said.comments)
    return replace(
        old,
        name=old.name if said.name is UNSET else said.name,
        published=old.published if said.published is UNSET else said.published,
        about=about,
    )


def run_out(job: Job, told: Iterable[Message], look: Report | None, version: Version | None) -> wire.RunOut:
    """Return what a run told and wrote; `look` names its tools."""
    titles = {one.tool: one.title for one in look.tools} if look else {}
    result = job.result if isinstance(job.result, dict) else {}
    return wire.RunOut(
        job=job.id,
        workflow=version.workflow if version else None,
        version=version.number if version else None,
        messages=[_message(one, titles) for one in told if one.status not in _PROGRAMS],
        records=_records(result.get("records"), titles),
        files=_files(result.get("files")),
        canvas=_canvas(look.canvas if look else Canvas()),
    )


def messages_in(written: bytes) -> list[Message]:
    """Return the messages that a run kept; none where they cannot be read."""
    try:
        return msgspec.json.decode(written, type=list[Message])
    except msgspec.DecodeError:
        return []


def preview_out(found: Preview) -> wire.PreviewOut:
    """Return the first records of a file."""
    return wire.PreviewOut(columns=list(found.columns), rows=[list(row) for row in found.rows], more=found.more)


def _canvas(drawn: Canvas) -> wire.CanvasOut:
    return wire.CanvasOut(
        tools=[
            wire.SpotOut(tool=spot.tool, title=spot.title, x=spot.x, y=spot.y, off=spot.off) for spot in drawn.spots
        ],
        wires=[
            wire.WireOut(origin=one.origin, port=one.port, target=one.target, entry=one.entry) for one in drawn.wires
        ],
    )


def _said(workflow: Workflow, version: Version, actor: Actor, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": workflow.id,
        "number": workflow.number,
        "name": workflow.name,
        "owner": workflow.owner,
        "project": project_ref(workflow.project, names),
        "public": workflow.public,
        "comments": workflow.about.comments,
        "queue": workflow.about.queue,
        "created_at": moment(workflow.created_at),
        "updated_at": moment(workflow.updated_at),
        "published": version_out(version),
        "may": _may(workflow, actor),
    }


def _may(workflow: Workflow, actor: Actor) -> list[Literal["run", "edit", "download", "delete"]]:
    told: list[Literal["run", "edit", "download", "delete"]] = []
    if standing.runs(actor, workflow):
        told.append("run")
    if rules.may(actor, Verb.EDIT, workflow):
        told.append("edit")
    if standing.downloads(actor, workflow):
        told.append("download")
    if rules.may(actor, Verb.DELETE, workflow):
        told.append("delete")
    return told


def _question(one: Question) -> wire.QuestionOut:
    return wire.QuestionOut(
        name=one.name,
        type=one.type,
        description=one.description,
        default=one.default,
        multiple=one.multiple,
        choices=[[shown, value] for shown, value in one.items],
    )


def _message(one: Message, titles: Mapping[int, str]) -> wire.MessageOut:
    return wire.MessageOut(
        severity=_SEVERITIES.get(one.status, "info"),
        status=one.status,
        text=one.text,
        tool=None if one.tool == ENGINE else one.tool,
        title=titles.get(one.tool, ""),
    )


_LONGEST_NUMBER = 18
"""Digits of a tool's number; whoever runs elsewhere may say anything of a run."""


def _records(said: Any, titles: Mapping[int, str]) -> list[wire.ToolRecords]:
    if not isinstance(said, dict):
        return []
    known = [(tool, ports) for tool, ports in said.items() if tool.isdecimal() and len(tool) <= _LONGEST_NUMBER]
    tools = sorted((int(tool), ports) for tool, ports in known if isinstance(ports, dict))
    return [
        wire.ToolRecords(
            tool=tool,
            title=titles.get(tool, ""),
            ports=[wire.PortOut(port=port, records=count) for port, count in ports.items() if isinstance(count, int)],
        )
        for tool, ports in tools
    ]


def _files(said: Any) -> list[wire.WrittenOut]:
    try:
        return msgspec.convert(said or [], list[wire.WrittenOut])
    except msgspec.ValidationError:
        return []
