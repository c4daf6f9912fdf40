"""Workflows, as clients read them and hand them in."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType


class ReducedWorkflowOut(Struct, kw_only=True, rename="camel"):
    """A workflow in a list."""

    id: str
    source_app_id: str
    name: str
    owner_id: str
    date_created: str
    published_version_number: int
    is_amp: bool
    execution_mode: str
    package_workflow_type: str
    workflow_type: str
    worker_tag: str
    is_public: bool


class MetaOut(Struct, kw_only=True, rename="camel"):
    """What version 1 tells of a document."""

    name: str
    description: str
    author: str = ""
    copyright: str = ""
    url: str = ""
    url_text: str = ""


class FirstWorkflowOut(Struct, kw_only=True, rename="camel"):
    """A workflow as version 1 has it."""

    id: str
    upload_date: str
    file_name: str
    public: bool
    run_disabled: bool
    package_type: str
    meta_info: MetaOut
    version: int
    is_chained: bool = False


class DetailsOut(Struct, kw_only=True, rename="camel"):
    """What the document says of itself."""

    is_amp: bool
    file_name: str
    name: str
    author: str = ""
    copyright: str = ""
    description: str = ""
    no_output_files_message: str = ""
    output_message: str = ""
    url: str = ""
    url_text: str = ""


class VersionOut(Struct, kw_only=True, rename="camel"):
    """A version of a workflow. `id` and `ownerId` are what a client in use reads."""

    version_id: str
    version_number: int
    date_created: str
    upload_source: str
    upload_date: str
    package_workflow_type: str
    published: bool
    comments: str
    run_disabled: bool
    execution_mode: str
    workflow_credential_type: str
    credential_id: str
    has_private_data_exemption: bool
    others_may_download: bool
    others_can_view_history: bool
    details: DetailsOut
    id: str
    owner_id: str


class ToolOut(Struct, kw_only=True, rename="camel"):
    """Whether one tool runs here, and why not."""

    tool_id: int
    title: str
    runs: bool
    reasons: list[str]


class ReportOut(Struct, kw_only=True, rename="camel"):
    """Whether a workflow can run here, tool by tool. The protocol's documents know nothing like it."""

    runs: bool
    problem: str
    tool_count: int
    tools: list[ToolOut]
    inputs: list[str]
    """Files that it reads and does not bring along."""
    outputs: list[str]


class WorkflowOut(Struct, kw_only=True, rename="camel"):
    """A workflow."""

    id: str
    source_app_id: str
    date_created: str
    run_count: int
    versions: list[VersionOut]
    name: str
    owner_id: str
    worker_tag: str
    district_tags: list[str]
    comments: str
    is_public: bool
    is_ready_for_migration: bool
    published_version_id: str
    others_may_download: bool
    others_can_view_history: bool
    others_can_execute: bool
    execution_mode: str
    has_private_data_exemption: bool
    package_workflow_type: str
    version_id: str
    workflow_type: str
    can_download: bool
    last_updated: str
    has_questions: bool | UnsetType = UNSET
    report: ReportOut | UnsetType = UNSET
    version_number: int | UnsetType = UNSET


class ItemOut(Struct, kw_only=True):
    """What may be chosen."""

    key: str
    value: str


class QuestionOut(Struct, kw_only=True, rename="camel"):
    """A question; `id`, `type` and what follows are what a client in use reads."""

    name: str
    question_type: str
    description: str
    value: str
    multiple: bool
    items: list[ItemOut]
    id: str
    type: str
    default_value: str
    required: bool


class WorkflowIn(Struct, kw_only=True, rename="camel"):
    """What is said of a workflow that is handed in or changed; what is not said is left as it is."""

    name: str | None = None
    owner_id: str | None = None
    project_id: str | None = None
    """The project of this house that shares it; the protocol's documents know no such thing."""
    worker_tag: str | None = None
    district_tags: list[str] | str | None = None
    comments: str | None = None
    is_public: bool | None = None
    make_public: bool | None = None
    is_ready_for_migration: bool | None = None
    source_app_id: str | None = None
    others_may_download: bool | None = None
    can_download: bool | None = None
    others_can_execute: bool | None = None
    others_can_view_history: bool | None = None
    execution_mode: str | None = None
    workflow_credential_type: str | None = None
    credential_id: str | None = None
    has_private_data_exemption: bool | None = None
    version_id: str | None = None
    make_published: bool | None = None


class TransferIn(Struct, kw_only=True, rename="camel"):
    """Who shall own a workflow."""

    owner_id: str
    transfer_schedules: bool = False
