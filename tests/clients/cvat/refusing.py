"""Scenarios of refusals: what cannot be, what is somebody else's, and requests that are asked for again."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path
from typing import Any

from cvat_sdk import Client, models
from cvat_sdk.core.proxies.tasks import ResourceType

from tests.clients.cvat.saying import (
    pictures,
    refused,
    requests_of,
)


def refusals(client: Client, folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """Ask for what cannot be, and see that each time the reason is told and nothing has changed."""
    task = client.tasks.create_from_data(
        spec={"name": "t", "labels": [{"name": "cat"}]},
        resource_type=ResourceType.LOCAL,
        resources=pictures(folder / "sent", 2),
    )
    [cat] = task.get_labels()
    box = models.LabeledShapeRequest(frame=0, label_id=cat.id, type="rectangle", points=[1.0, 2.0, 3.0, 4.0])
    task.set_annotations(models.LabeledDataRequest(shapes=[box]))

    def sent(name: str, content: bytes, format_: str) -> list[Any]:
        path = folder / name
        path.write_bytes(content)
        return refused(lambda: task.import_annotations(format_, path))

    wrong = models.LabeledShapeRequest(frame=9, label_id=cat.id, type="rectangle", points=[1.0, 2.0, 3.0, 4.0])
    short = models.LabeledShapeRequest(frame=0, label_id=cat.id, type="polygon", points=[1.0, 2.0])
    foreign = (
        b"<annotations><version>1.1</version><image id='0' name='p00.png' width='1' height='1'>"
        b"<box label='bird' xtl='0' ytl='0' xbr='1' ybr='1' occluded='0'/></image></annotations>"
    )
    return {
        "format": refused(lambda: task.export_dataset("Nonsense 7", folder / "x.zip")),
        "no zip": sent("broken.zip", b"PK\x03\x04 nothing", "COCO 1.0"),
        "no xml": sent("broken.xml", b"<annotations", "CVAT 1.1"),
        "label": sent("foreign.xml", foreign, "CVAT 1.1"),
        "frame": refused(lambda: task.set_annotations(models.LabeledDataRequest(shapes=[wrong]))),
        "points": refused(lambda: task.set_annotations(models.LabeledDataRequest(shapes=[short]))),
        "no task": refused(lambda: client.tasks.retrieve(10_000)),
        "no request": refused(lambda: client.api_client.requests_api.retrieve("action=export&target=task")),
        "no picture": refused(
            lambda: client.tasks.create_from_data(
                spec={"name": "u", "labels": [{"name": "cat"}]},
                resource_type=ResourceType.LOCAL,
                resources=[_text(folder / "note.png")],
            )
        ),
        "password": refused(lambda: given["again"]("wrong")),
        "kept": [list(shape.points) for shape in task.get_annotations().shapes],
    }


def _text(path: Path) -> Path:
    path.write_bytes(b"this is no picture")
    return path


def strangers(client: Client, folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """See nothing of what somebody else has, but for a job that is given to them."""
    own = client.tasks.create_from_data(
        spec={"name": "mine", "labels": [{"name": "cat"}]},
        resource_type=ResourceType.LOCAL,
        resources=pictures(folder / "sent", 2),
    )
    rq_id = requests_of(client)[0]["id"]
    told: dict[str, Any] = {}
    with given["again"](given["other_password"], given["other"]) as other:
        told["tasks"] = [task.id for task in other.tasks.list()]
        told["task"] = refused(lambda: other.tasks.retrieve(own.id))[0]
        told["frame"] = refused(lambda: own.__class__(other, own._model).get_frame(0))[0]
        told["request"] = refused(lambda: other.api_client.requests_api.retrieve(rq_id))[0]
        told["cancel"] = refused(lambda: other.api_client.requests_api.create_cancel(rq_id))[0]
        told["requests"] = requests_of(other)
        told["label"] = refused(lambda: other.api_client.labels_api.retrieve(own.get_labels()[0].id))[0]
        [job] = own.get_jobs()
        job.update({"assignee": other.users.retrieve_current_user().id})
        told["given"] = _given(other, own.id)
        job.update({"assignee": None})
        told["taken"] = [
            refused(lambda: other.jobs.retrieve(job.id))[0],
            len(other.jobs.list()),
            len(other.tasks.list()),
        ]
    return told


def _given(other: Client, number: int) -> dict[str, Any]:
    """Annotate the one job that somebody has given; the task as a whole stays theirs."""
    [job] = other.jobs.list()
    task = other.tasks.retrieve(number)
    tag = models.LabeledImageRequest(frame=1, label_id=job.get_labels()[0].id)
    job.set_annotations(models.LabeledDataRequest(tags=[tag]))
    job.update({"state": "completed"})
    return {
        "tasks": [one.id == number for one in other.tasks.list()],
        "task": task.name,
        "frames": [frame.name for frame in job.get_frames_info()],
        "picture": job.get_frame(1, quality="original").read(4).hex(),
        "tags": [one.frame for one in job.get_annotations().tags],
        "state": job.fetch().state,
        "whole": refused(task.get_annotations)[0],
        "stage": refused(lambda: job.update({"stage": "acceptance"}))[0],
        "remove": refused(task.remove)[0],
    }


def asked(client: Client, folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """List, filter, sort, page and cancel requests, and ask for one thing twice."""
    api = client.api_client
    task = client.tasks.retrieve(given["task"])

    def started() -> list[Any]:
        return refused(lambda: api.tasks_api.create_dataset_export(id=task.id, format="COCO 1.0", save_images=True))

    first = requests_of(client, action="export")
    again = started()
    twice = started()
    told: dict[str, Any] = {"first": len(first), "once": again, "twice": twice[0]}
    rq_id = twice[1]["rq_id"]
    told["waiting"] = requests_of(client, status="queued")[0]["waiting"]
    listed = {
        "count": len(requests_of(client)),
        "task": len(requests_of(client, task_id=task.id)),
        "other task": len(requests_of(client, task_id=9_999)),
        "filter": len(
            requests_of(
                client, filter='{"and":[{"==":[{"var":"action"},"export"]},{"==":[{"var":"status"},"queued"]}]}'
            )
        ),
        "sorted": [one["status"] for one in requests_of(client, sort="status")],
        "page": len(requests_of(client, page=1, page_size=1)),
    }
    told["listed"] = listed
    told["wrong filter"] = refused(lambda: api.requests_api.list(filter="{"))[0]
    told["wrong field"] = refused(lambda: api.requests_api.list(filter='{"==":[{"var":"x"},1]}'))[0]
    told["past the end"] = refused(lambda: api.requests_api.list(page=99))[0]
    api.requests_api.create_cancel(rq_id)
    told["cancelled"] = refused(lambda: api.requests_api.retrieve(rq_id))[0]
    told["cancelled again"] = refused(lambda: api.requests_api.create_cancel(rq_id))[0]
    finished = requests_of(client, action="create")[0]
    told["too late"] = refused(lambda: api.requests_api.create_cancel(finished["id"]))[0]
    told["shape"] = sorted(finished)
    return told


def waiting(client: Client, folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """Wait for an export that takes a while, whatever happens to the server meanwhile."""
    task = client.tasks.retrieve(given["task"])
    began = time.monotonic()
    task.export_dataset("COCO 1.0", folder / "out.zip", include_images=True, status_check_period=10)
    return {"names": len(zipfile.ZipFile(folder / "out.zip").namelist()), "took": time.monotonic() - began}
