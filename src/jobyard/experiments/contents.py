"""What lies in projects of experiments, and whether that lets them go."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from jobyard.experiments import rows
from jobyard.experiments.record import ARCHIVED, Folder, Model
from jobyard.experiments.refusals import FolderHasDatasets, FolderHasModels, FolderHasPipelines, FolderNotEmpty
from jobyard.job.filters import EVERYTHING
from jobyard.store.contract import View

DATASET, PIPELINE, REPORT, CONTROLLER = "dataset", "pipeline", "report", "controller"
"""System tags of projects that programs make, and types of tasks."""


class Weight(Struct, frozen=True, kw_only=True):
    """What lies in a project and in all below it."""

    tasks: int = 0
    tasks_there: int = 0
    """Those that are not archived."""
    models: int = 0
    models_there: int = 0
    reports: int = 0
    reports_there: int = 0
    pipelines: int = 0
    """Projects of a pipeline with a run that is not archived."""
    datasets: int = 0
    """Projects of a dataset with a version."""


def weight(view: View, folder: Folder) -> Weight:
    """Return what lies in a folder and in all below it."""
    inside = [folder, *rows.folders_below(view, folder)]
    counts = dict.fromkeys(Weight.__struct_fields__, 0)
    for one in inside:
        kinds = _types(view, one.id)
        if DATASET in one.system_tags:
            counts["datasets"] += bool(kinds)
            continue
        if PIPELINE in one.system_tags:
            counts["pipelines"] += bool(kinds.get((CONTROLLER, False)))
            continue
        for (type_, archived), count in kinds.items():
            what = "reports" if type_ == REPORT else "tasks"
            counts[what] += count
            counts[f"{what}_there"] += 0 if archived else count
    models = models_in(view, [one.id for one in inside])
    counts["models"] = len(models)
    counts["models_there"] = sum(ARCHIVED not in one.system_tags for one in models)
    return Weight(**counts)


def models_in(view: View, folders: Sequence[str]) -> list[Model]:
    """Return the models that lie in folders, whosever they are."""
    return rows.models(view, EVERYTHING, "in", folders)


def require_light(folder: Folder, found: Weight) -> None:
    """Raise FolderNotEmpty or one of its like where something lies in a folder that nobody has put away."""
    tasks = found.tasks_there + found.reports_there
    for count, fault in (
        (tasks, FolderNotEmpty),
        (found.models_there, FolderHasModels),
        (found.datasets, FolderHasDatasets),
        (found.pipelines, FolderHasPipelines),
    ):
        if count:
            raise fault(name=folder.name, count=count, id=folder.id)


def _types(view: View, id_: str) -> dict[tuple[str, bool], int]:
    """Return how many tasks of which type lie in a folder, archived or not."""
    return {
        (type_, bool(archived)): count
        for type_, archived, count in view.rows(rows.QUERIES["types_in_folder"], {"id": id_})
    }
