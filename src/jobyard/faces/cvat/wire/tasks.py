"""Shapes of projects, tasks and jobs: our collections, datasets and assignments."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from jobyard.faces.cvat.wire.labels import LabelIn
from jobyard.faces.cvat.wire.shapes import LinkRef, ListRef, UserRef


class JobsRef(Struct, kw_only=True):
    """How far the jobs of a task are."""

    url: str
    count: int
    completed: int
    validation: int


class ProjectOut(Struct, kw_only=True):
    """A collection."""

    url: str
    id: int
    name: str
    owner: UserRef
    assignee: UserRef | None
    assignee_updated_date: str | None = None
    guide_id: int | None = None
    bug_tracker: str
    task_subsets: list[str]
    created_date: str
    updated_date: str
    status: str
    dimension: str | None
    organization: int | None
    organization_id: int | None
    target_storage: None = None
    source_storage: None = None
    tasks: ListRef
    labels: LinkRef


class ProjectIn(Struct, kw_only=True):
    """A wish for a project."""

    name: str
    labels: list[LabelIn] = []
    assignee_id: int | None = None
    bug_tracker: str = ""
    owner_id: int | None = None
    target_storage: Any = None
    source_storage: Any = None


class ProjectChanges(Struct, kw_only=True):
    """What shall be different about a project; its owner and its organization stay."""

    owner_id: int | None = None
    organization_id: int | UnsetType | None = UNSET
    name: str | UnsetType = UNSET
    labels: list[LabelIn] = []
    assignee_id: int | UnsetType | None = UNSET
    bug_tracker: str | UnsetType = UNSET
    target_storage: Any = None
    source_storage: Any = None


class TaskOut(Struct, kw_only=True):
    """A dataset."""

    url: str
    id: int
    name: str
    project_id: int | None
    project_name: str | None
    mode: str
    media_type: str
    owner: UserRef
    assignee: UserRef | None
    assignee_updated_date: str | None = None
    bug_tracker: str
    created_date: str
    updated_date: str
    overlap: int | None
    segment_size: int
    status: str
    data_chunk_size: int | None
    data_compressed_chunk_type: str | None
    data_original_chunk_type: str | None
    data_cloud_storage_id: int | None = None
    size: int
    image_quality: int
    data: int | None
    dimension: str
    subset: str
    organization: int | None
    organization_id: int | None
    guide_id: int | None = None
    target_storage: None = None
    source_storage: None = None
    jobs: JobsRef
    labels: LinkRef
    validation_mode: str | None
    consensus_enabled: bool
    initial_replicas: int


class TaskIn(Struct, kw_only=True):
    """A wish for a task; its pictures come later."""

    name: str
    project_id: int | None = None
    labels: list[LabelIn] = []
    assignee_id: int | None = None
    owner_id: int | None = None
    bug_tracker: str = ""
    overlap: int | None = None
    segment_size: int = 0
    subset: str = ""
    consensus_replicas: int = 0
    initial_replicas: int = 0
    target_storage: Any = None
    source_storage: Any = None


class TaskChanges(Struct, kw_only=True):
    """What shall be different about a task; its owner and its organization stay."""

    owner_id: int | None = None
    organization_id: int | UnsetType | None = UNSET
    name: str | UnsetType = UNSET
    labels: list[LabelIn] = []
    assignee_id: int | UnsetType | None = UNSET
    bug_tracker: str | UnsetType = UNSET
    subset: str | UnsetType = UNSET
    project_id: int | UnsetType | None = UNSET
    target_storage: Any = None
    source_storage: Any = None


class JobOut(Struct, kw_only=True):
    """An assignment."""

    url: str
    id: int
    task_id: int
    task_name: str | None
    project_id: int | None
    project_name: str | None
    assignee: UserRef | None
    assignee_updated_date: str | None = None
    guide_id: int | None = None
    dimension: str
    mode: str
    media_type: str
    bug_tracker: str | None
    status: str
    stage: str
    state: str
    type: str
    frame_count: int
    start_frame: int
    stop_frame: int
    data_chunk_size: int | None
    data_compressed_chunk_type: str | None
    data_original_chunk_type: str | None
    created_date: str
    updated_date: str
    organization: int | None
    organization_id: int | None
    target_storage: None = None
    source_storage: None = None
    parent_job_id: int | None
    consensus_replicas: int
    replicas_count: int
    issues: ListRef
    labels: LinkRef


class JobIn(Struct, kw_only=True):
    """A wish for a job; only those with the ground truth can be made one by one."""

    type: str
    task_id: int
    assignee: int | None = None
    stage: str | None = None
    state: str | None = None
    frame_selection_method: str = "random_uniform"
    frame_count: int | None = None
    frame_share: float | None = None
    frames_per_job_count: int | None = None
    frames_per_job_share: float | None = None
    random_seed: int | None = None
    seed: int | None = None
    frames: list[int] | None = None


class JobChanges(Struct, kw_only=True):
    """What shall be different about a job."""

    assignee: int | UnsetType | None = UNSET
    stage: str | UnsetType = UNSET
    state: str | UnsetType = UNSET


class FrameOut(Struct, kw_only=True):
    """One picture."""

    name: str
    width: int | None
    height: int | None
    related_files: int = 0
    has_related_context: bool = False


class MetaOut(Struct, kw_only=True):
    """The pictures of a task or a job."""

    chunks_updated_date: str
    chunk_size: int
    size: int
    image_quality: int
    start_frame: int
    stop_frame: int
    frame_filter: str
    frames: list[FrameOut]
    deleted_frames: list[int]
    included_frames: list[int] | None
    chapters: None = None
    storage: str = "local"
    storage_method: str = "file_system"
    cloud_storage_id: int | None = None


class MetaChanges(Struct, kw_only=True):
    """Which pictures count as deleted."""

    deleted_frames: list[int] = []
