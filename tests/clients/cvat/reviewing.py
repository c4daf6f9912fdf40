"""The scenario of work together: a project is filled, its task is reviewed, and an organization comes and goes."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import cvat_sdk.auto_annotation as automatic
from cvat_sdk import Client, models
from cvat_sdk.core.proxies.tasks import Task
from cvat_sdk.datasets import TaskDataset
from PIL import Image

from tests.clients.cvat.saying import pictures, refused


class _Finds:
    """A function that finds a car in every picture."""

    spec = automatic.DetectionFunctionSpec(labels=[automatic.label_spec("car", 1)])

    def detect(self, context: Any, image: Any) -> list[Any]:
        """Return the whole picture as a car."""
        return [automatic.rectangle(1, [0, 0, image.width, image.height])]


def reviewed(client: Client, folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """Do what several people do about one task, and tell what came of it."""
    files = pictures(folder / "sent", 3)
    project = client.projects.create_from_dataset(
        models.ProjectWriteRequest(name="filled"), dataset_path=str(_archive(folder, files)), dataset_format="COCO 1.0"
    )
    spec = models.TaskWriteRequest(name="moved", labels=[models.PatchedLabelRequest(name="car")])
    task = client.tasks.create_from_data(spec=spec, resources=list(files))
    client.config.cache_dir = folder / "cache"
    automatic.annotate_task(client, task.id, _Finds())
    task.update({"project_id": project.id})
    project.fetch()
    samples = TaskDataset(client, task.id).samples
    return {
        "labels": sorted(label.name for label in project.get_labels()),
        "tasks": sorted([one.name, one.size, len(one.get_annotations().shapes)] for one in project.get_tasks()),
        "samples": [[one.frame_name, one.media.load_image().size[0], len(one.annotations.shapes)] for one in samples],
        "forms": [Image.open(task.get_frame(0, quality=quality)).format for quality in ("original", "compressed")],
        "chunk": _chunk(task),
        "empty": refused(lambda: client.tasks.create_from_data(spec={"name": "e", "labels": []}, resources=[])),
        **_issues(client, task),
        **_guide(client, task, files[0]),
        **_people(client),
    }


def _archive(folder: Path, files: list[Path]) -> Path:
    """Return an archive of two pictures, of which one holds a car, as another program writes it."""
    names = [path.name for path in files[:2]]
    box = {"id": 1, "image_id": 0, "category_id": 1, "segmentation": [[]], "bbox": [1.0, 2.0, 3.0, 4.0], "iscrowd": 0}
    document = {
        "categories": [{"id": 1, "name": "car"}, {"id": 2, "name": "person"}],
        "images": [{"id": place, "file_name": name, "width": 0, "height": 0} for place, name in enumerate(names)],
        "annotations": [box],
    }
    path = folder / "filled.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in files[:2]:
            archive.write(file, f"images/{file.name}")
        archive.writestr("annotations/instances_default.json", json.dumps(document))
    return path


def _chunk(task: Task) -> list[str]:
    target = io.BytesIO()
    task.download_chunk(0, target, quality="compressed")
    with zipfile.ZipFile(target) as archive:
        return archive.namelist()


def _issues(client: Client, task: Task) -> dict[str, Any]:
    [job] = task.get_jobs()
    me = client.users.retrieve_current_user()
    wanted = models.IssueWriteRequest(frame=1, position=[2.0, 4.0], job=job.id, message="hello", assignee=me.id)
    issue = client.issues.create(wanted)
    client.comments.create(models.CommentWriteRequest(issue.id, message="hi!"))
    issue.update(models.PatchedIssueWriteRequest(resolved=True))
    told = {
        "issues": [[one.id == issue.id, one.resolved, one.comments.count] for one in job.get_issues()],
        "said": sorted(one.message for one in issue.get_comments()),
    }
    issue.remove()
    return {**told, "no issue": refused(issue.fetch)[0]}


def _guide(client: Client, task: Task, picture: Path) -> dict[str, Any]:
    api = client.api_client
    guide, _ = api.guides_api.create(annotation_guide_write_request={"task_id": task.id, "markdown": "# How"})
    with picture.open("rb") as file:
        asset, _ = api.assets_api.create(guide_id=guide.id, file=file)
    _, shown = api.assets_api.retrieve(asset.uuid, _parse_response=False)
    task.fetch()
    return {"guide": [task.guide_id == guide.id, guide.markdown, shown.data == picture.read_bytes()]}


def _people(client: Client) -> dict[str, Any]:
    wanted = models.OrganizationWriteRequest(slug="reviewers", name="Reviewers", contact={"email": "a@b.invalid"})
    organization = client.organizations.create(wanted)
    organization.update(models.PatchedOrganizationWriteRequest(description="They look twice."))
    told = [organization.slug, organization.name, organization.description, organization.contact]
    organization.remove()
    me = client.users.retrieve_current_user()
    me.update(models.PatchedUserRequest(first_name="Ada"))
    return {"organization": told, "gone": refused(organization.fetch)[0], "first name": me.first_name}
