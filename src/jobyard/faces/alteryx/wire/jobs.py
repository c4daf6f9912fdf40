"""Jobs, as clients read them, and what they say to start one."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType, field


class OutputOut(Struct, kw_only=True, rename="camel"):
    """A file that a job left. The protocol's documents know the first three; a client in use needs the others."""

    id: str
    available_formats: list[str]
    file_name: str
    name: str
    format: str
    size: int


class MessageOut(Struct, kw_only=True, rename="camel"):
    """What a tool told; the tool -1 is the run itself."""

    status: int
    text: str
    tool_id: int


class JobOut(Struct, kw_only=True, rename="camel"):
    """A job. No field is ever null; without messages it is the smaller object that one may ask for."""

    id: str
    app_id: str
    create_date_time: str
    status: str
    disposition: str
    outputs: list[OutputOut]
    messages: list[MessageOut] | UnsetType = UNSET
    priority: str
    worker_tag: str
    run_with_e2: bool = field(name="runWithE2")


class WorkflowJobOut(Struct, kw_only=True, rename="camel"):
    """A job in the list of its workflow."""

    id: str
    create_date: str
    status: str
    priority: str
    worker_tag: str
    run_with_e2: bool = field(name="runWithE2")


class SummaryOut(Struct, kw_only=True, rename="camel"):
    """A job in the list of all."""

    job_id: str
    status: str
    workflow_name: str
    workflow_id: str
    submitted_by: str
    start_time: str | None
    queue_time: str | None
    execution_time: str | None
    priority: str


class PaginationOut(Struct, kw_only=True, rename="camel"):
    """Where a page stands in its list; pages count from 1."""

    current_page: int
    page_size: int
    total_items: int
    total_pages: int
    has_next_page: bool
    has_previous_page: bool


class JobsOut(Struct, kw_only=True, rename="camel"):
    """A page of jobs: as the documents have it, and as a client in use reads it."""

    data: list[SummaryOut]
    pagination: PaginationOut
    jobs: list[JobOut]


class FirstJobOut(Struct, kw_only=True, rename="camel"):
    """A job as version 1 has it."""

    id: str
    app_id: str
    create_date: str
    status: str
    disposition: str
    outputs: list[OutputOut]
    messages: list[MessageOut]
    priority: int


class SaidOut(Struct, kw_only=True):
    """What became of a request, in a sentence."""

    message: str


class AnswerIn(Struct, kw_only=True):
    """An answer to a question."""

    name: str
    value: Any = ""


class RunIn(Struct, kw_only=True, rename="camel"):
    """A wish to run a workflow. Answers come as a list of pairs, or by the questions' names."""

    worker_tag: str | None = None
    credential_id: str | None = None
    questions: list[AnswerIn] | dict[str, Any] | str | None = None
    priority: str | int | None = None
