"""Jobs in the words of the protocol: status, disposition, priority, messages, outputs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import UNSET

from jobyard.faces.alteryx.wire.jobs import (
    FirstJobOut,
    JobOut,
    MessageOut,
    OutputOut,
    SummaryOut,
    WorkflowJobOut,
)
from jobyard.faces.alteryx.words.times import duration, optional_time, time
from jobyard.job.record import Job, ResultFile
from jobyard.job.states import State
from jobyard.job.waiting import Cause, Waiting
from jobyard.workflows.conversion import offered

MESSAGES_FILE = "messages.json"
"""The result file in which a workflow's run keeps all that it told."""
AMP = "runWithE2"
"""The mark of jobs whose workflow was made for the engine that promises no order of records."""
DEFAULT_QUEUE = "default"
ENGINE, INFO, WARNING, ERROR, CONVERSION = -1, 1, 2, 3, 5
_STUCK = frozenset({Cause.PAUSED, Cause.UNSERVED, Cause.UNABLE})
"""Why a job waits until a person does something."""
GONE = frozenset({State.CANCELLED})
"""Where it has to be looked whether a job is gone (see `gone`)."""
SHOWN = frozenset(State) - {State.DRAFT}


class Priority(StrEnum):
    """Their priorities."""

    LOW = "Low"
    DEFAULT = "Default"
    MEDIUM = "Medium"
    HIGH = "High"
    CRITICAL = "Critical"


PRIORITIES: Mapping[Priority, int] = MappingProxyType(
    {Priority.LOW: -100, Priority.DEFAULT: 0, Priority.MEDIUM: 100, Priority.HIGH: 200, Priority.CRITICAL: 300}
)
FIRST_PRIORITIES: tuple[Priority, ...] = (Priority.DEFAULT, Priority.MEDIUM, Priority.HIGH, Priority.CRITICAL)
"""Those of version 1, which counts them from 0."""

_STATUS: Mapping[State, tuple[str, str]] = MappingProxyType(
    {
        State.DRAFT: ("Queued", "None"),
        State.QUEUED: ("Queued", "None"),
        State.RUNNING: ("Running", "None"),
        State.SUCCEEDED: ("Completed", "Success"),
        State.FAILED: ("Completed", "Error"),
        State.CANCELLED: ("Cancelled", "Cancelled"),
    }
)
"""Status and disposition of each state. A run that failed was completed all the same: clients wait for that word."""


class Asked(StrEnum):
    """How lists are narrowed by status; bodies say Completed where filters say Complete."""

    COMPLETE = "Complete"
    COMPLETED = "Completed"
    ERROR = "Error"
    RUNNING = "Running"
    INITIALIZING = "Initializing"
    QUEUED = "Queued"
    CANCELLED = "Cancelled"


ASKED: Mapping[Asked, frozenset[State]] = MappingProxyType(
    {
        Asked.COMPLETE: frozenset({State.SUCCEEDED, State.FAILED}),
        Asked.COMPLETED: frozenset({State.SUCCEEDED, State.FAILED}),
        Asked.ERROR: frozenset({State.FAILED}),
        Asked.RUNNING: frozenset({State.RUNNING}),
        Asked.INITIALIZING: frozenset({State.RUNNING}),
        Asked.QUEUED: frozenset({State.QUEUED}),
        Asked.CANCELLED: frozenset({State.CANCELLED}),
    }
)


class Code(StrEnum):
    """How lists are narrowed by what came of a run."""

    SUCCESS = "Success"
    WARNING = "Warning"
    ERROR = "Error"


def gone(job: Job) -> bool:
    """Tell whether a job does not exist for these clients: a draft, or one that was cancelled while it waited."""
    if job.state is State.DRAFT:
        return True
    # What runs ends some time after the wish; what waits ends with it.
    return job.state is State.CANCELLED and (job.attempt == 0 or job.finished_at == job.cancel_asked_at)


def code(job: Job) -> Code | None:
    """Return what came of a run; None while it goes on, and for a cancelled one."""
    if job.state is State.FAILED:
        return Code.ERROR
    if job.state is not State.SUCCEEDED:
        return None
    counts = job.result.get("counts", {}) if isinstance(job.result, dict) else {}
    warned = isinstance(counts, dict) and any(counts.get(str(status)) for status in (WARNING, CONVERSION))
    return Code.WARNING if warned else Code.SUCCESS


def priority(number: int) -> Priority:
    """Return the word for a priority of ours: the highest that it reaches."""
    reached = [word for word, least in PRIORITIES.items() if number >= least]
    return reached[-1] if reached else Priority.LOW


def job_out(job: Job, files: Iterable[ResultFile], messages: list[MessageOut] | None) -> JobOut:
    """Return a job; None leaves its messages out."""
    status, disposition = _STATUS[job.state]
    return JobOut(
        id=job.id,
        app_id=_workflow(job),
        create_date_time=time(job.created_at),
        status=status,
        disposition=disposition,
        outputs=outputs(job, files),
        messages=UNSET if messages is None else messages,
        priority=priority(job.priority).value,
        worker_tag=_tag(job),
        run_with_e2=bool(job.marks.get(AMP)),
    )


def queued(job: Job) -> JobOut:
    """Return a job that was just put in line, as it was then, even if somebody runs it already."""
    return job_out(as_queued(job), (), [])


def as_queued(job: Job) -> Job:
    """Return a job as it was when it was put in line."""
    return msgspec.structs.replace(job, state=State.QUEUED)


def first_job_out(job: Job, files: Iterable[ResultFile], messages: list[MessageOut]) -> FirstJobOut:
    """Return a job as version 1 has it."""
    status, disposition = _STATUS[job.state]
    word = priority(job.priority)
    return FirstJobOut(
        id=job.id,
        app_id=_workflow(job),
        create_date=time(job.created_at),
        status=status,
        disposition=disposition,
        outputs=outputs(job, files),
        messages=messages,
        priority=FIRST_PRIORITIES.index(word) if word in FIRST_PRIORITIES else 0,
    )


def workflow_job_out(job: Job) -> WorkflowJobOut:
    """Return a job in the list of its workflow."""
    return WorkflowJobOut(
        id=job.id,
        create_date=time(job.created_at),
        status=_STATUS[job.state][0],
        priority=priority(job.priority).value,
        worker_tag=_tag(job),
        run_with_e2=bool(job.marks.get(AMP)),
    )


def summary_out(job: Job, now: int) -> SummaryOut:
    """Return a job in the list of all."""
    begun = job.begun_at or job.started_at
    ended = now if job.state is State.RUNNING else job.finished_at
    claimed = job.state is State.RUNNING and job.begun_at is None
    return SummaryOut(
        job_id=job.id,
        status=Asked.INITIALIZING.value if claimed else _STATUS[job.state][0],
        workflow_name=job.resource.name if job.resource and job.resource.name else job.name,
        workflow_id=_workflow(job),
        submitted_by=job.owner,
        start_time=optional_time(begun),
        queue_time=optional_time(job.queued_at or job.created_at),
        execution_time=None if begun is None or ended is None else duration(ended - begun),
        priority=priority(job.priority).value,
    )


def outputs(job: Job, files: Iterable[ResultFile]) -> list[OutputOut]:
    """Return the files that the newest attempt left."""
    if job.results_expired:
        return []
    return [_output(file) for file in files if file.attempt == job.attempt and file.name != MESSAGES_FILE]


def output_id(file: ResultFile) -> str:
    """Return the id of a result file: 24 hexadecimal digits, always the same."""
    return hashlib.sha256(f"{file.attempt}/{file.name}".encode()).hexdigest()[:24]


def form(file: ResultFile) -> str:
    """Return the format of a file, by its ending; Raw where it has none."""
    ending = file.name.rpartition(".")[2] if "." in file.name else ""
    return ending[:16].capitalize() if ending.isalnum() else "Raw"


def formats(file: ResultFile) -> list[str]:
    """Return the formats in which a file is handed out: as it is, which is also its own, and those made of a table."""
    return list(dict.fromkeys(["Raw", form(file), *(one.capitalize() for one in offered(file.name, file.size))]))


def told(job: Job, kept: Iterable[Any]) -> list[MessageOut]:
    """Return the messages of a job: what it kept, else what its result says, and why it failed where they do not."""
    found = [one for one in map(_message, kept) if one is not None]
    if not found and isinstance(job.result, dict) and isinstance(job.result.get("messages"), list):
        found = [one for one in map(_message, job.result["messages"]) if one is not None]
    if job.failure is not None and not any(one.status == ERROR for one in found):
        found.append(MessageOut(status=ERROR, text=job.failure.message, tool_id=ENGINE))
    return found


def why(waiting: Waiting | None) -> list[MessageOut]:
    """Return why a job waits, as a warning where only a person can help."""
    if waiting is None:
        return []
    status = WARNING if waiting.cause in _STUCK else INFO
    return [MessageOut(status=status, text=waiting.sentence, tool_id=ENGINE)]


def _message(said: Any) -> MessageOut | None:
    if not isinstance(said, dict):
        return None
    status, text, tool = said.get("status"), said.get("text"), said.get("toolId", said.get("tool", ENGINE))
    if isinstance(status, int) and isinstance(text, str) and isinstance(tool, int):
        return MessageOut(status=status, text=text, tool_id=tool)
    return None


def _output(file: ResultFile) -> OutputOut:
    return OutputOut(
        id=output_id(file),
        available_formats=formats(file),
        file_name=file.name,
        name=file.name,
        format=form(file),
        size=file.size,
    )


def _workflow(job: Job) -> str:
    return job.resource.id if job.resource is not None else ""


def _tag(job: Job) -> str:
    return "" if job.queue == DEFAULT_QUEUE else job.queue
