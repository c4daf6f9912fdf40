"""What the scenarios share: pictures, annotations of every kind, and ways to tell what was seen."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cvat_sdk import Client, models
from cvat_sdk.api_client.exceptions import ApiException
from cvat_sdk.core.proxies.tasks import Task
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
    return models.LabeledDataRequest(
        tags=[models.LabeledImageRequest(frame=0, label_id=dog.id)],
        shapes=[_box(cat), *_plain_shapes(dog), _skeleton(man)],
        tracks=[_track(cat)],
    )


def value(attribute: Any, text: str) -> models.AttributeValRequest:
    """Return the value of an attribute."""
    return models.AttributeValRequest(spec_id=attribute.id, value=text)


def _box(label: Any) -> models.LabeledShapeRequest:
    age, mood = label.attributes
    return models.LabeledShapeRequest(
        frame=0,
        label_id=label.id,
        type="rectangle",
        points=[1.25, 2.5, 20.0, 22.75],
        rotation=30.0,
        attributes=[value(age, "3"), value(mood, "bad")],
        occluded=True,
        z_order=2,
        group=7,
    )


def _plain_shapes(label: Any) -> list[models.LabeledShapeRequest]:
    kinds = {
        "polygon": [1.0, 1.0, 10.5, 2.0, 5.0, 9.25],
        "polyline": [1.0, 1.0, 10.0, 2.0],
        "points": [3.0, 4.0, 5.0, 6.0],
        "ellipse": [10.0, 10.0, 15.0, 4.0],
        "cuboid": [float(number) for number in range(16)],
        "mask": [1.0, 2.0, 1.0, 0.0, 0.0, 1.0, 1.0],
    }
    return [
        models.LabeledShapeRequest(frame=1, label_id=label.id, type=kind, points=points)
        for kind, points in kinds.items()
    ]


def _skeleton(label: Any) -> models.LabeledShapeRequest:
    head, foot = label.sublabels
    parts = [(head.id, [1.0, 2.0], False), (foot.id, [3.0, 9.0], True)]
    elements = [
        models.SubLabeledShapeRequest(frame=1, label_id=part, type="points", points=points, outside=outside)
        for part, points, outside in parts
    ]
    return models.LabeledShapeRequest(frame=1, label_id=label.id, type="skeleton", points=[], elements=elements)


def _track(label: Any) -> models.LabeledTrackRequest:
    age, mood = label.attributes

    def at(frame: int, corner: float, **more: Any) -> models.TrackedShapeRequest:
        points = [corner, corner, corner + 4.0, corner + 4.0]
        return models.TrackedShapeRequest(frame=frame, type="rectangle", points=points, **more)

    return models.LabeledTrackRequest(
        frame=1,
        label_id=label.id,
        group=0,
        attributes=[value(age, "4")],
        shapes=[at(1, 0.0, attributes=[value(mood, "good")]), at(3, 8.0), at(4, 8.0, outside=True)],
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


def waited(client: Client, response: Any) -> Any:
    """Wait for a request that a raw call has made; return it."""
    return client.wait_for_completion(json.loads(response.data)["rq_id"])[0]
