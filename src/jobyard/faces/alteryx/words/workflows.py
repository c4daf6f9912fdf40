"""Workflows in the words of the protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import replace

from jobyard.faces.alteryx import taking
from jobyard.faces.alteryx.wire.workflows import (
    DetailsOut,
    FirstWorkflowOut,
    ItemOut,
    MetaOut,
    QuestionOut,
    ReducedWorkflowOut,
    ReportOut,
    ToolOut,
    VersionOut,
    WorkflowIn,
    WorkflowOut,
)
from jobyard.faces.alteryx.words.times import time
from jobyard.workflows.document.record import Question
from jobyard.workflows.library.record import About, Entry, Shown, Version, Workflow
from jobyard.workflows.report import Drawn, Report

_KINDS: Mapping[Drawn, tuple[str, str]] = MappingProxyType(
    {
        Drawn.WORKFLOW: ("Module", "Standard"),
        Drawn.APP: ("App", "AnalyticApp"),
        Drawn.MACRO: ("Macro", "Macro"),
        Drawn.PYTHON: ("App", "AnalyticApp"),
    }
)
"""What a package is: in the protocol's documents, and for a client in use."""
_SOURCE = "ServerUIorServerAPI"


Change = Callable[[Workflow], Workflow]


class ListView(StrEnum):
    """How much a list tells."""

    DEFAULT = "Default"
    FULL = "Full"


class Mode(StrEnum):
    """How much a workflow may do; the last word is a client's own."""

    SAFE = "Safe"
    SEMI_SAFE = "SemiSafe"
    STANDARD = "Standard"
    UNRESTRICTED = "Unrestricted"


class CredentialKind(StrEnum):
    """As whom a workflow runs."""

    DEFAULT = "Default"
    REQUIRED = "Required"
    SPECIFIC = "Specific"


class Marks(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What these clients say of a workflow, and nothing here goes by."""

    mode: Mode = Mode.SAFE
    credential_kind: CredentialKind = CredentialKind.DEFAULT
    credential: str = ""
    migrates: bool = False
    source: str = ""
    tags: tuple[str, ...] = ()
    exempt: bool = False
    history: bool = True


def marks(about: About) -> Marks:
    """Return what is kept of these."""
    return msgspec.convert(about.marks.get("alteryx", {}), Marks)


def about(old: About, told: WorkflowIn) -> About:
    """Return what is said about a workflow after a change. Raises Invalid naming the field."""
    kept, said = marks(old), _said(told)
    kept = replace(kept, **{name: value for name, value in said.items() if value is not None})
    # A client in use has words of its own for two fields.
    downloadable = told.others_may_download if told.others_may_download is not None else told.can_download
    return replace(
        old,
        comments=old.comments if told.comments is None else told.comments,
        queue=old.queue if told.worker_tag is None else tag(told.worker_tag),
        downloadable=old.downloadable if downloadable is None else downloadable,
        runnable=old.runnable if told.others_can_execute is None else told.others_can_execute,
        marks={**old.marks, "alteryx": msgspec.to_builtins(kept)},
    )


def public(told: WorkflowIn) -> bool | None:
    """Return whether a workflow shall be open to all, where that is said."""
    return told.is_public if told.is_public is not None else told.make_public


def tag(text: str) -> str:
    """Return the queue that a worker tag names; empty for none. Raises Invalid."""
    text = text.strip()
    if len(text) > 100 or not text.isprintable():
        raise taking.wrong("workerTag", "A worker tag has at most 100 printable characters.")
    return text


def workflow_out(shown: Shown, owners: Mapping[str, str], runs: int, found: Report | None = None) -> WorkflowOut:
    """Return a workflow with its versions; `owners` are ids of users by their names."""
    workflow, published = shown.workflow, shown.published
    kept = marks(workflow.about)
    module, type_ = _KINDS[published.about.drawn]
    return WorkflowOut(
        id=workflow.id,
        source_app_id=kept.source or workflow.id,
        date_created=time(workflow.created_at),
        run_count=runs,
        versions=[version_out(shown, one, owners) for one in shown.versions],
        name=workflow.name,
        owner_id=owners.get(workflow.owner, ""),
        worker_tag=workflow.about.queue,
        district_tags=list(kept.tags),
        comments=workflow.about.comments,
        is_public=workflow.public,
        is_ready_for_migration=kept.migrates,
        published_version_id=published.package,
        others_may_download=workflow.about.downloadable,
        others_can_view_history=kept.history,
        others_can_execute=workflow.about.runnable,
        execution_mode=kept.mode.value,
        has_private_data_exemption=kept.exempt,
        package_workflow_type=module,
        version_id=published.package,
        workflow_type=type_,
        can_download=workflow.about.downloadable,
        last_updated=time(workflow.updated_at),
        has_questions=UNSET if found is None else bool(found.questions),
        report=UNSET if found is None else report_out(found),
    )


def reduced_out(entry: Entry, owners: Mapping[str, str]) -> ReducedWorkflowOut:
    """Return a workflow in a list."""
    workflow, kept = entry.workflow, marks(entry.workflow.about)
    module, type_ = _KINDS[entry.version.about.drawn]
    return ReducedWorkflowOut(
        id=workflow.id,
        source_app_id=kept.source or workflow.id,
        name=workflow.name,
        owner_id=owners.get(workflow.owner, ""),
        date_created=time(workflow.created_at),
        published_version_number=workflow.published,
        is_amp=entry.version.about.free_order,
        execution_mode=kept.mode.value,
        package_workflow_type=module,
        workflow_type=type_,
        worker_tag=workflow.about.queue,
        is_public=workflow.public,
    )


def first_out(entry: Entry) -> FirstWorkflowOut:
    """Return a workflow as version 1 has it."""
    workflow, version = entry.workflow, entry.version
    return FirstWorkflowOut(
        id=workflow.id,
        upload_date=time(version.created_at),
        file_name=version.file,
        public=workflow.public,
        run_disabled=version.about.drawn is Drawn.MACRO,
        package_type=_KINDS[version.about.drawn][0],
        meta_info=MetaOut(name=workflow.name, description=workflow.about.comments),
        version=version.number,
    )


def version_out(shown: Shown, version: Version, owners: Mapping[str, str]) -> VersionOut:
    """Return a version."""
    kept = marks(shown.workflow.about)
    return VersionOut(
        version_id=version.package,
        version_number=version.number,
        date_created=time(version.created_at),
        upload_source=_SOURCE,
        upload_date=time(version.created_at),
        package_workflow_type=_KINDS[version.about.drawn][0],
        published=version.number == shown.workflow.published,
        comments=version.about.comment,
        run_disabled=version.about.drawn is Drawn.MACRO,
        execution_mode=kept.mode.value,
        workflow_credential_type=kept.credential_kind.value,
        credential_id=kept.credential,
        has_private_data_exemption=kept.exempt,
        others_may_download=shown.workflow.about.downloadable,
        others_can_view_history=kept.history,
        details=DetailsOut(is_amp=version.about.free_order, file_name=version.file, name=shown.workflow.name),
        id=version.package,
        owner_id=owners.get(version.owner, ""),
    )


def report_out(found: Report) -> ReportOut:
    """Return what runs here of a workflow and what does not."""
    return ReportOut(
        runs=found.runs,
        problem=found.problem,
        tool_count=found.count,
        tools=[
            ToolOut(tool_id=one.tool, title=one.title, runs=one.runs, reasons=list(one.reasons)) for one in found.tools
        ],
        inputs=list(found.inputs),
        outputs=list(found.outputs),
    )


def questions_out(questions: Iterable[Question]) -> list[QuestionOut]:
    """Return what is asked."""
    return [_question(one) for one in questions]


def file_name(version: Version) -> str:
    """Return what a downloaded package is called: a package always ends as one."""
    return f"{version.file.rpartition('.')[0] or 'workflow'}.yxzp"


def _question(asked: Question) -> QuestionOut:
    return QuestionOut(
        name=asked.name,
        question_type=asked.type,
        description=asked.description,
        value=asked.default,
        multiple=asked.multiple,
        items=[ItemOut(key=key, value=value) for key, value in asked.items],
        id=str(asked.id),
        type=asked.type,
        default_value=asked.default,
        required=False,
    )


def _said(told: WorkflowIn) -> dict[str, Any]:
    return {
        "mode": _picked("executionMode", told.execution_mode, Mode),
        "credential_kind": _picked("workflowCredentialType", told.workflow_credential_type, CredentialKind),
        "credential": told.credential_id,
        "migrates": told.is_ready_for_migration,
        "source": told.source_app_id,
        "tags": _tags(told.district_tags),
        "exempt": told.has_private_data_exemption,
        "history": told.others_can_view_history,
    }


def _picked(field: str, text: str | None, words: type[StrEnum]) -> StrEnum | None:
    return taking.picked(field, text, words) if text and text.strip() else None


def _tags(told: list[str] | str | None) -> tuple[str, ...] | None:
    """Return tags, which a form says as a JSON array."""
    if not isinstance(told, str):
        return None if told is None else tuple(told)
    try:
        return tuple(msgspec.json.decode(told, type=list[str])) if told.strip() else ()
    except msgspec.DecodeError:
        raise taking.wrong("districtTags", "Tags are said as a JSON array of texts.") from None
