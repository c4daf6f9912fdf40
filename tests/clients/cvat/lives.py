"""Scenarios of lives: a task's, and a project's."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from cvat_sdk import Client, models
from cvat_sdk.core.proxies.annotations import AnnotationUpdateAction
from cvat_sdk.core.proxies.tasks import ResourceType, Task
from PIL import Image

from tests.clients.cvat.saying import (
    LABELS,
    everything,
    names,
    pictures,
    plain,
    refused,
    requests_of,
    seen,
)


def life(client: Client, folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """Go through the life of a task: made, looked at, annotated, exported, imported, backed up, restored, deleted."""
    told: dict[str, Any] = {"user": client.users.retrieve_current_user().username}
    files = pictures(folder / "sent", 6)
    task = client.tasks.create_from_data(
        spec={"name": "Kätzchen 1", "labels": LABELS, "segment_size": 3, "bug_tracker": "https://bugs.example/1"},
        resource_type=ResourceType.LOCAL,
        resources=files,
        data_params={"image_quality": 80},
    )
    told["task"] = [task.name, task.size, task.mode, task.status, task.jobs.count, task.bug_tracker, task.segment_size]
    told["frames"] = [[one.name, one.width, one.height] for one in task.get_frames_info()]
    told["pixels"] = [seen(task, frame) for frame in (0, 5)]
    told["preview"] = list(Image.open(io.BytesIO(task.get_preview().read())).size)
    told["jobs"] = sorted([job.start_frame, job.stop_frame, job.type] for job in task.get_jobs())
    told["labels"] = [
        [one.name, one.type, one.color, [part.name for part in one.sublabels]] for one in task.get_labels()
    ]
    task.download_frames([1, 4], outdir=folder / "frames", quality="original")
    told["downloaded"] = sorted(path.name for path in (folder / "frames").iterdir())
    task.set_annotations(everything(task))
    told["said"] = plain(task.get_annotations(), names(task))
    told |= _changed(task)
    archive = folder / "task.zip"
    task.export_dataset("CVAT for images 1.1", archive, include_images=True)
    told["exported"] = sorted(zipfile.ZipFile(archive).namelist())
    task.remove_annotations()
    told["removed"] = plain(task.get_annotations(), {})
    task.import_annotations("CVAT 1.1", archive)
    told["imported"] = plain(task.get_annotations(), names(task))
    task.set_annotations(everything(task))
    backup = folder / "backup.zip"
    task.download_backup(backup)
    task.remove()
    told["gone"] = refused(lambda: client.tasks.retrieve(task.id))[0]
    restored = client.tasks.create_from_backup(backup)
    told["restored"] = [restored.name, restored.size, restored.bug_tracker, restored.jobs.count]
    told["restored_said"] = plain(restored.get_annotations(), names(restored))
    told["restored_pixels"] = [seen(restored, frame) for frame in (0, 5)]
    told["requests"] = [[one["operation"]["type"], one["status"], one["progress"]] for one in requests_of(client)]
    return told


def _changed(task: Task) -> dict[str, Any]:
    """Create, update and delete single annotations."""
    dog = next(label for label in task.get_labels() if label.name == "dog")
    job = min(task.get_jobs(), key=lambda one: one.start_frame)
    before = {shape.id for shape in job.get_annotations().shapes}
    fresh = models.LabeledShapeRequest(frame=2, label_id=dog.id, type="points", points=[1.0, 1.0])
    job.update_annotations(models.PatchedLabeledDataRequest(shapes=[fresh]), action=AnnotationUpdateAction.CREATE)
    [made] = [shape for shape in job.get_annotations().shapes if shape.id not in before]
    moved = models.LabeledShapeRequest(id=made.id, frame=2, label_id=dog.id, type="points", points=[9.0, 9.0])
    job.update_annotations(models.PatchedLabeledDataRequest(shapes=[moved]))
    after = next(shape for shape in job.get_annotations().shapes if shape.id == made.id)
    job.remove_annotations(ids=[made.id])
    left = {shape.id for shape in job.get_annotations().shapes}
    return {"created": list(made.points), "updated": list(after.points), "deleted": left == before}


def project(client: Client, folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """Work with projects: labels shared by tasks, a dataset imported with its pictures, a backup restored."""
    made = client.projects.create({"name": "Zoo", "labels": [{"name": "cat"}, {"name": "dog"}]})
    told: dict[str, Any] = {"labels": [label.name for label in made.get_labels()]}
    task = client.tasks.create_from_data(
        spec={"name": "first", "project_id": made.id, "subset": "train"},
        resource_type=ResourceType.LOCAL,
        resources=pictures(folder / "sent", 3),
    )
    cat = next(label for label in task.get_labels() if label.name == "cat")
    box = models.LabeledShapeRequest(frame=1, label_id=cat.id, type="rectangle", points=[1.0, 2.0, 11.0, 12.0])
    task.set_annotations(models.LabeledDataRequest(shapes=[box]))
    archive = folder / "project.zip"
    made.export_dataset("COCO 1.0", archive, include_images=True)
    told["exported"] = sorted(zipfile.ZipFile(archive).namelist())
    made.import_dataset("COCO 1.0", archive)
    made.fetch()
    told["tasks"] = sorted([one.name, one.size] for one in made.get_tasks())
    other = next(one for one in made.get_tasks() if one.id != task.id)
    told["imported"] = [[shape.frame, list(shape.points)] for shape in other.get_annotations().shapes]
    told["pixels"] = seen(other, 1)
    backup = folder / "zoo.zip"
    made.download_backup(backup)
    made.remove()
    told["gone"] = refused(lambda: client.tasks.retrieve(task.id))[0]
    restored = client.projects.create_from_backup(backup)
    told["restored"] = [restored.name, sorted(one.size for one in restored.get_tasks())]
    return told
