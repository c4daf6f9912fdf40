"""Run where cvat-sdk is installed: does what the named scenario says against a house and tells what it saw as JSON."""

from __future__ import annotations

import io
import json
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cvat_sdk import Client, make_client, models
from cvat_sdk.api_client.exceptions import ApiException
from cvat_sdk.core.client import AccessTokenCredentials, PasswordCredentials
from cvat_sdk.core.proxies.annotations import AnnotationUpdateAction
from cvat_sdk.core.proxies.tasks import ResourceType, Task
from PIL import Image

LABELS = [
    {
        "name": "cat",
        "attributes": [
            {"name": "age", "mutable": False, "input_type": "number", "values": ["0", "20", "1"]},
            {"name": "mood", "mutable": True, "input_type": "select", "values": ["good", "bad"]},
        ],
    },
    {"name": "dog", "color": "#102030"},
    {
        "name": "man",
        "type": "skeleton",
        "svg": '<circle r="1" data-type="element node" data-element-id="1" data-node-id="1" data-label-name="head"/>',
        "sublabels": [{"name": "head", "type": "points"}, {"name": "foot", "type": "points"}],
    },
]


def picture(folder: Path, name: str, size: tuple[int, int], color: tuple[int, int, int]) -> Path:
    """Draw a picture and return where it lies."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    Image.new("RGB", size, color).save(path)
    return path


def pictures(folder: Path, count: int) -> list[Path]:
    """Draw pictures of different sizes and colors."""
    return [picture(folder, f"p{place:02d}.png", (40 + place, 30), (place * 20, 100, 200)) for place in range(count)]


def seen(task: Task, frame: int) -> list[Any]:
    """Return the size and the first pixel of a frame."""
    image = Image.open(io.BytesIO(task.get_frame(frame, quality="original").read()))
    return [list(image.size), list(image.convert("RGB").tobytes()[:3])]


def everything(task: Task) -> models.LabeledDataRequest:
    """Return annotations of every kind."""
    cat, dog, man = task.get_labels()
    age, mood = cat.attributes
    head, foot = man.sublabels
    said = [
        models.AttributeValRequest(spec_id=age.id, value="3"),
        models.AttributeValRequest(spec_id=mood.id, value="bad"),
    ]

    def shape(type_: str, points: list[float], **more: Any) -> models.LabeledShapeRequest:
        return models.LabeledShapeRequest(frame=1, label_id=dog.id, type=type_, points=points, **more)

    return models.LabeledDataRequest(
        tags=[models.LabeledImageRequest(frame=0, label_id=dog.id)],
        shapes=[
            models.LabeledShapeRequest(
                frame=0,
                label_id=cat.id,
                type="rectangle",
                points=[1.25, 2.5, 20.0, 22.75],
                rotation=30.0,
                attributes=said,
                occluded=True,
                z_order=2,
                group=7,
            ),
            shape("polygon", [1.0, 1.0, 10.5, 2.0, 5.0, 9.25]),
            shape("polyline", [1.0, 1.0, 10.0, 2.0]),
            shape("points", [3.0, 4.0, 5.0, 6.0]),
            shape("ellipse", [10.0, 10.0, 15.0, 4.0]),
            shape("cuboid", [float(number) for number in range(16)]),
            shape("mask", [1.0, 2.0, 1.0, 0.0, 0.0, 1.0, 1.0]),
            models.LabeledShapeRequest(
                frame=1,
                label_id=man.id,
                type="skeleton",
                points=[],
                elements=[
                    models.SubLabeledShapeRequest(frame=1, label_id=head.id, type="points", points=[1.0, 2.0]),
                    models.SubLabeledShapeRequest(
                        frame=1, label_id=foot.id, type="points", points=[3.0, 9.0], outside=True
                    ),
                ],
            ),
        ],
        tracks=[
            models.LabeledTrackRequest(
                frame=1,
                label_id=cat.id,
                group=0,
                attributes=[models.AttributeValRequest(spec_id=age.id, value="4")],
                shapes=[
                    models.TrackedShapeRequest(
                        frame=1,
                        type="rectangle",
                        points=[0.0, 0.0, 4.0, 4.0],
                        attributes=[models.AttributeValRequest(spec_id=mood.id, value="good")],
                    ),
                    models.TrackedShapeRequest(frame=3, type="rectangle", points=[8.0, 8.0, 12.0, 12.0]),
                    models.TrackedShapeRequest(frame=4, type="rectangle", points=[8.0, 8.0, 12.0, 12.0], outside=True),
                ],
            )
        ],
    )


def plain(annotations: Any, labels: dict[int, str]) -> dict[str, Any]:
    """Return annotations as values that can be compared across tasks: names in place of numbers."""

    def shape(one: Any) -> dict[str, Any]:
        return {
            "label": labels[one.label_id],
            "frame": one.frame,
            "type": one.type.value,
            "points": list(one.points),
            "rotation": one.rotation,
            "occluded": one.occluded,
            "outside": one.outside,
            "z": one.z_order,
            "group": one.group,
            "attributes": sorted((labels[value.spec_id], value.value) for value in one.attributes),
            "elements": sorted((shape(part) for part in getattr(one, "elements", ())), key=lambda part: part["label"]),
        }

    def position(one: Any) -> list[Any]:
        values = sorted((labels[value.spec_id], value.value) for value in one.attributes)
        return [one.frame, one.type.value, list(one.points), one.outside, values]

    return {
        "tags": [[labels[tag.label_id], tag.frame] for tag in annotations.tags],
        "shapes": sorted((shape(one) for one in annotations.shapes), key=lambda one: (one["frame"], one["type"])),
        "tracks": [
            [
                labels[track.label_id],
                track.frame,
                sorted((labels[value.spec_id], value.value) for value in track.attributes),
                [position(one) for one in track.shapes],
            ]
            for track in annotations.tracks
        ],
    }


def names(task: Any) -> dict[int, str]:
    """Return the names of labels, parts and attributes by number."""
    found = {}
    for label in task.get_labels():
        for one in (label, *label.sublabels):
            found[one.id] = one.name
            found |= {attribute.id: attribute.name for attribute in one.attributes}
    return found


def refused(work: Callable[[], Any]) -> list[Any]:
    """Return the status and the body of what is refused, or the name and the text of another error."""
    try:
        work()
    except ApiException as error:
        body = error.body.decode() if isinstance(error.body, bytes) else error.body
        return [error.status, json.loads(body) if body else None]
    except Exception as error:  # noqa: BLE001 - told to the test
        return [type(error).__name__, str(error)]
    return [None, None]


def requests_of(client: Client, **asked: Any) -> list[dict[str, Any]]:
    """Return one's requests as the API tells them, unread by the client's models."""
    response = client.api_client.requests_api.list(**asked, _parse_response=False)[1]
    found: list[dict[str, Any]] = json.loads(response.data)["results"]
    return found


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
    """See nothing of what somebody else has."""
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
    return told


def waiting(client: Client, folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """Wait for an export that takes a while, whatever happens to the server meanwhile."""
    task = client.tasks.retrieve(given["task"])
    began = time.monotonic()
    task.export_dataset("COCO 1.0", folder / "out.zip", include_images=True, status_check_period=10)
    return {"names": len(zipfile.ZipFile(folder / "out.zip").namelist()), "took": time.monotonic() - began}


def waited(client: Client, response: Any) -> Any:
    """Wait for a request that a raw call has made; return it."""
    return client.wait_for_completion(json.loads(response.data)["rq_id"])[0]


def judged(client: Client, folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """Compare a task with its ground truth, merge replicas, and tell who did what."""
    box = [1.0, 2.0, 11.0, 12.0]
    api = client.api_client
    task = client.tasks.create_from_data(
        spec={"name": "true", "labels": [{"name": "cat"}, {"name": "dog"}]},
        resource_type=ResourceType.LOCAL,
        resources=pictures(folder / "sent", 4),
    )
    cat, dog = (label.id for label in task.get_labels())

    def rectangle(frame: int, label: int, points: list[float]) -> models.LabeledShapeRequest:
        return models.LabeledShapeRequest(frame=frame, label_id=label, type="rectangle", points=points)

    task.set_annotations(models.LabeledDataRequest(shapes=[rectangle(0, cat, box), rectangle(1, cat, box)]))
    truth = api.jobs_api.create(
        models.JobWriteRequest(
            task_id=task.id, type="ground_truth", frame_selection_method="manual", frames=[0, 1], random_seed=1
        )
    )[0]
    early = refused(lambda: api.quality_api.create_report(quality_report_create_request={"task_id": task.id}))
    job = client.jobs.retrieve(truth.id)
    job.set_annotations(models.LabeledDataRequest(shapes=[rectangle(0, cat, box), rectangle(1, dog, box)]))
    job.update({"stage": "acceptance", "state": "completed"})
    request = waited(
        client,
        api.quality_api.create_report(quality_report_create_request={"task_id": task.id}, _parse_response=False)[1],
    )
    report = api.quality_api.retrieve_report(int(request.result_id))[0]
    conflicts = api.quality_api.list_conflicts(report_id=report.id)[0]
    told = {
        "early": early[0],
        "truth": [str(truth.type), truth.frame_count],
        "own": len(task.get_annotations().shapes),
        "report": [
            str(report.target),
            report.summary.validation_frames,
            report.summary.total_frames,
            report.summary.conflict_count,
        ],
        "conflicts": [[str(one.type), one.frame, str(one.severity)] for one in conflicts.results],
        "listed": [one.id for one in api.quality_api.list_reports(task_id=task.id)[0].results] == [report.id],
    }
    return told | _merged(client, folder, rectangle)


def _merged(client: Client, folder: Path, rectangle: Callable[..., Any]) -> dict[str, Any]:
    api = client.api_client
    task = client.tasks.create_from_data(
        spec={"name": "again", "labels": [{"name": "cat"}], "consensus_replicas": 3},
        resource_type=ResourceType.LOCAL,
        resources=pictures(folder / "more", 2),
    )
    [cat] = (label.id for label in task.get_labels())
    jobs = task.get_jobs()
    for place, job in enumerate(one for one in jobs if one.type == "replica"):
        job.set_annotations(
            models.LabeledDataRequest(
                shapes=[
                    rectangle(0, cat, [1.0 + place, 2.0, 21.0, 22.0]),
                    *([] if place else [rectangle(1, cat, [1.0, 1.0, 5.0, 5.0])]),
                ]
            )
        )
    merge = waited(
        client,
        api.consensus_api.create_merge(consensus_merge_create_request={"task_id": task.id}, _parse_response=False)[1],
    )
    events = waited(client, api.events_api.create_export(_parse_response=False)[1])
    table = api.rest_client.GET(events.result_url, headers=client.api_client.get_common_headers()).data.decode()
    return {
        "jobs": sorted(job.type for job in jobs),
        "merge": [merge.operation.type, str(merge.status)],
        "merged": [[shape.frame, shape.source] for shape in task.get_annotations().shapes],
        "events": [events.operation.type, table.splitlines()[0][:40], len(table.splitlines()) > 3],
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


SCENARIOS = {one.__name__: one for one in (life, project, refusals, strangers, judged, asked, waiting)}


def main() -> None:
    """Read the facts, do what they say, write what was seen."""
    given = json.load(sys.stdin)
    host, _, port = given["url"].rpartition(":")

    def again(password: str, user: str = given["user"]) -> Client:
        return make_client(host, port=int(port), credentials=PasswordCredentials(user, password))

    given["again"] = again
    if "token" in given:
        client = make_client(host, port=int(port), credentials=AccessTokenCredentials(given["token"]))
    else:
        client = again(given["password"])
    with client:
        client.config.status_check_period = 0.5
        told = SCENARIOS[given["scenario"]](client, Path(given["folder"]), given)
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
