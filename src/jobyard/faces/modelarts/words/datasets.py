"""Datasets in the protocol's words, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET

from jobyard.datasets.labels import Label
from jobyard.datasets.record import Dataset, DatasetChanges, DatasetFilter, DatasetOrder, Draft
from jobyard.datasets.sources.address import from_obs_path, to_obs_path
from jobyard.faces.modelarts.refusals import NoVersion
from jobyard.faces.modelarts.wire import DatasetChangeIn, DatasetIn, DatasetOut, DatasetsAsked, DataSourceOut
from jobyard.faces.modelarts.words.kinds import TYPES, purpose_in
from jobyard.faces.modelarts.words.labels import label_in, label_out
from jobyard.faces.modelarts.words.syncs import live, milliseconds
from jobyard.job.errors import Invalid
from jobyard.job.record import Job

_NORMAL, _SYNCHRONIZING = 1, 5
_KEPT = "modelarts"
"""Under this name stands in a dataset's settings what only this protocol asks for."""
_ORDERS = {
    ("create_time", "desc"): DatasetOrder.NEWEST,
    ("create_time", "asc"): DatasetOrder.OLDEST,
    ("dataset_name", "asc"): DatasetOrder.NAME,
    ("dataset_name", "desc"): DatasetOrder.NAME_BACKWARD,
}


def draft(said: DatasetIn, project: str | None, roots: Sequence[str]) -> Draft:
    """Return the dataset that is wanted, in a shared project or one's own. Raises Invalid."""
    path = said.data_sources[0].data_path
    _check_work_path(said.work_path, path)
    kept = {
        "import_data": said.import_data,
        "managed": said.managed,
        "workspace_id": said.workspace_id,
        "label_format": said.label_format,
        "schema": said.schema,
    }
    return Draft(
        name=said.dataset_name,
        source=from_obs_path(path, roots),
        project=project,
        purpose=purpose_in(said.dataset_type),
        description=said.description,
        work_path=said.work_path,
        read_labels=said.import_annotations,
        settings={_KEPT: kept},
        labels=tuple(label_in(label) for label in said.labels),
    )


def changes(said: DatasetChangeIn) -> DatasetChanges:
    """Return what shall be different about a dataset, its labels apart. Raises NoVersion."""
    if said.current_version_id is not UNSET:
        raise NoVersion(name=said.current_version_id)
    return DatasetChanges(name=said.dataset_name, description=said.description)


def dataset_filter(asked: DatasetsAsked, owner: str | None, project: str | None) -> DatasetFilter:
    """Return which datasets of a project are meant. Raises Invalid."""
    return DatasetFilter(
        text=asked.search_content,
        purposes=frozenset() if asked.dataset_type is None else frozenset({purpose_in(asked.dataset_type)}),
        owner=owner,
        project=project,
        order=_ORDERS[asked.sort_by, asked.order],
    )


def dataset_out(dataset: Dataset, job: Job | None, labels: Sequence[Label] | None = None) -> DatasetOut:
    """Return a dataset as it is told; `job` synchronized it last."""
    kept: dict[str, Any] = dataset.settings.get(_KEPT, {})
    place = f"{dataset.work_path.rstrip('/')}/{dataset.name}-{dataset.id}"
    running = live(job)
    return DatasetOut(
        dataset_id=dataset.id,
        dataset_name=dataset.name,
        dataset_type=TYPES[dataset.purpose],
        status=_SYNCHRONIZING if running else _NORMAL,
        create_time=milliseconds(dataset.created_at),
        update_time=milliseconds(max(dataset.updated_at, dataset.created_at)),
        data_update_time=milliseconds(dataset.synced_at or dataset.created_at),
        description=dataset.description,
        data_sources=[DataSourceOut(data_path=to_obs_path(dataset.source))],
        work_path=dataset.work_path,
        inner_annotation_path=f"{place}/annotation/",
        inner_data_path=f"{place}/data/",
        inner_log_path=f"{place}/logs/",
        inner_task_path=f"{place}/task/",
        inner_temp_path=f"{place}/temp/",
        total_sample_count=dataset.samples,
        annotated_sample_count=dataset.annotated,
        import_annotations=dataset.read_labels,
        import_data=bool(kept.get("import_data")),
        managed=bool(kept.get("managed")),
        workspace_id=str(kept.get("workspace_id") or "0"),
        exist_running_task=running,
        running_tasks_id=[job.id] if running and job is not None else [],
        label_format=kept.get("label_format") or UNSET,
        schema=kept.get("schema") or UNSET,
        labels=UNSET if labels is None else [label_out(label, dataset.purpose) for label in labels],
    )


def _check_work_path(work: str, data: str) -> None:
    """Refuse a place for results that lies among the files themselves: the next listing would find them."""
    inside = f"{work.rstrip('/')}/".startswith(f"{data.rstrip('/')}/")
    if not work.startswith(("/", "obs://", "s3://")) or inside:
        raise Invalid(
            reason="work_path is a path such as /bucket/folder/, neither equal to the data path nor inside it."
        )
