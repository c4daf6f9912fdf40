"""Datasets and their synchronization on the wire. Times are milliseconds since 1970."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from jobyard.faces.modelarts.wire.labels import LabelIn, LabelOut

SyncState = Literal["QUEUING", "STARTING", "RUNNING", "COMPLETED", "FAILED", "NOT_EXIST"]
DatasetName = Annotated[str, Meta(min_length=1, max_length=100, pattern="^[A-Za-z0-9_-]+\\Z")]
Description = Annotated[str, Meta(max_length=256, pattern="^[^\\^!<>=&\"']*$")]
Path = Annotated[str, Meta(min_length=3, max_length=700)]
Offset = Annotated[int, Meta(ge=0, le=2**31 - 1)]
"""A page's number, from 0: not a row's."""
Limit = Annotated[int, Meta(ge=1, le=100)]


class DataSourceIn(Struct, kw_only=True):
    """Where the files of a dataset lie."""

    data_path: Annotated[str, Meta(min_length=1, max_length=4_096)]
    data_type: Literal[0, "0"] = 0
    """0 is a folder or a bucket; tables of other products cannot be read. The command line says it as text."""


class DatasetIn(Struct, kw_only=True):
    """A new dataset."""

    dataset_name: DatasetName
    data_sources: Annotated[list[DataSourceIn], Meta(min_length=1, max_length=1)]
    work_path: Path
    work_path_type: Literal[0] = 0
    dataset_type: int = 0
    description: Description = ""
    import_annotations: bool = True
    import_data: bool = False
    label_format: dict[str, Any] | list[dict[str, Any]] | None = None
    labels: Annotated[list[LabelIn], Meta(max_length=1_000)] = []
    managed: bool = False
    schema: Annotated[list[dict[str, Any]], Meta(max_length=1_000)] | None = None
    workspace_id: Annotated[str, Meta(max_length=64)] = "0"


class DatasetChangeIn(Struct, kw_only=True):
    """What shall be different about a dataset; only what is there counts."""

    dataset_name: DatasetName | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    current_version_id: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    add_labels: Annotated[list[LabelIn], Meta(max_length=1_000)] = []
    update_labels: Annotated[list[LabelIn], Meta(max_length=1_000)] = []
    delete_labels: Annotated[list[LabelIn], Meta(max_length=1_000)] = []


class DatasetsAsked(Struct, kw_only=True):
    """Which datasets are listed."""

    offset: Offset = 0
    limit: Limit = 10
    search_content: Annotated[str, Meta(max_length=100)] = ""
    dataset_type: int | None = None
    sort_by: Literal["create_time", "dataset_name"] = "create_time"
    order: Literal["asc", "desc"] = "desc"
    with_labels: bool = False


class DatasetMade(Struct, kw_only=True):
    """The answer to a creation or a change."""

    dataset_id: str


class DataSourceOut(Struct, kw_only=True):
    """Where the files of a dataset lie."""

    data_path: str
    data_type: int = 0


class DatasetOut(Struct, kw_only=True):
    """A dataset."""

    dataset_id: str
    dataset_name: str
    dataset_type: int
    status: int
    """1 normal, 5 synchronizing."""
    create_time: int
    update_time: int
    data_update_time: int
    description: str
    data_sources: list[DataSourceOut]
    work_path: str
    inner_annotation_path: str
    inner_data_path: str
    inner_log_path: str
    inner_task_path: str
    inner_temp_path: str
    total_sample_count: int
    annotated_sample_count: int
    import_annotations: bool
    import_data: bool
    managed: bool
    workspace_id: str
    exist_running_task: bool
    running_tasks_id: list[str]
    work_path_type: int = 0
    dataset_format: int = 0
    data_format: str = "Default"
    deleted_sample_count: int = 0
    """No deleted sample is kept."""
    loading_sample_count: int = 0
    """A sample stands there at once or not at all."""
    unconfirmed_sample_count: int = 0
    label_format: dict[str, Any] | list[dict[str, Any]] | UnsetType = UNSET
    schema: list[dict[str, Any]] | UnsetType = UNSET
    labels: list[LabelOut] | UnsetType = UNSET


class DatasetsOut(Struct, kw_only=True):
    """One page of datasets."""

    total_number: int
    datasets: list[DatasetOut]


class SyncOut(Struct, kw_only=True):
    """How a synchronization stands."""

    status: SyncState
    dataset_id: str
    task_id: str | UnsetType = UNSET
    create_time: int | UnsetType = UNSET
    duration_time: int | UnsetType = UNSET
    """Whole seconds of running."""
    total_sample_count: int | UnsetType = UNSET
    add_sample_count: int | UnsetType = UNSET
    deleted_sample_count: int | UnsetType = UNSET
    error_code: str | UnsetType = UNSET
    error_msg: str | UnsetType = UNSET
