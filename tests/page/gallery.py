"""A dataset with something to see: pictures with every kind of drawing, a ground truth, replicas, and reports."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageDraw

from jobyard.client.labelling import FrameRange, Revision
from jobyard.client.shapes import Annotations, Dataset, Job, Label, Part, Position, Shape, ShapePart, Tag, Track
from tests.page.house import House

SIZE = (320, 240)
PICTURES = 12
_EDGE = '<line data-type="edge" data-node-from="1" data-node-to="2"></line>'
LABELS = (
    Label(name="cat", color="#22c55e"),
    Label(name="dog", color="#f97316"),
    Label(
        name="pose",
        color="#a855f7",
        kind="skeleton",
        parts=[Part(name="head"), Part(name="foot")],
        drawing=_EDGE,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Gallery:
    """A dataset, and the jobs that looked at it."""

    dataset: Dataset
    quality: Job
    merge: Job
    report: Job


def hang(house: House, name: str = "Gallery") -> Gallery:
    """Make the dataset, say what there is to say of it, and let the jobs run to their ends."""
    folder = house.sources / name.lower()
    folder.mkdir(exist_ok=True)
    for number in range(PICTURES):
        picture = Image.new("RGB", SIZE if number != 3 else (240, 320), (40 + number * 15, 120, 200 - number * 10))
        ImageDraw.Draw(picture).ellipse((90, 60, 230, 180), fill=(250, 230, 160))
        picture.save(folder / f"picture_{number:02d}.png")
    datasets = house.client.datasets
    dataset = datasets.create(name, str(folder), purpose="object_detection", labels=LABELS)
    house.client.wait(datasets.sync(dataset.id).id, timeout=30)
    cat, dog, pose = datasets.labels(dataset.id)
    _judge(house, dataset, cat, dog)
    merge = house.client.wait(datasets.merge(dataset.id).id, timeout=60)
    whole = FrameRange(first=0, last=PICTURES - 1)
    datasets.annotate(dataset.id, Revision(replace=whole, add=_said(cat, dog, pose)))
    jobs = (datasets.quality(dataset.id), datasets.report(dataset.id))
    quality, report = (house.client.wait(job.id, timeout=60) for job in jobs)
    assert [one.state for one in (quality, merge, report)] == ["succeeded"] * 3, (quality, merge, report)
    return Gallery(dataset=datasets.get(dataset.id), quality=quality, merge=merge, report=report)


def box(frame: int, label: Label, left: float = 90, top: float = 60) -> Shape:
    """Return a box of the size that the drawn thing has."""
    return Shape(frame=frame, label=label.number, kind="rectangle", points=[left, top, left + 140, top + 120])


def _said(cat: Label, dog: Label, pose: Label) -> Annotations:
    parts = [
        ShapePart(label=pose.parts[0].number, points=[160, 70]),
        ShapePart(label=pose.parts[1].number, points=[160, 170]),
    ]
    positions = [
        Position(frame=6, kind="rectangle", points=[10, 10, 90, 70]),
        Position(frame=9, kind="rectangle", points=[200, 150, 280, 210]),
    ]
    return Annotations(
        tags=[Tag(frame=0, label=cat.number)],
        shapes=[
            *(box(frame, cat) for frame in range(3)),
            box(2, dog, 10, 10),
            Shape(frame=1, label=dog.number, kind="polygon", points=[10, 10, 80, 20, 60, 90]),
            Shape(frame=1, label=dog.number, kind="polyline", points=[10, 200, 150, 220, 300, 190]),
            Shape(frame=4, label=cat.number, kind="points", points=[100, 100, 140, 110, 180, 100]),
            Shape(frame=4, label=cat.number, kind="ellipse", points=[160, 120, 230, 60], rotation=20),
            Shape(frame=5, label=dog.number, kind="mask", points=[*[5, 10] * 20, 50, 50, 64, 69]),
            Shape(frame=5, label=pose.number, kind="skeleton", parts=parts),
        ],
        tracks=[Track(frame=6, label=dog.number, positions=positions)],
    )


def _judge(house: House, dataset: Dataset, cat: Label, dog: Label) -> None:
    """Say what is true of three pictures, and what two people see on the last two."""
    datasets = house.client.datasets
    truth = datasets.add_ground_truth(dataset.id, [0, 1, 2])
    true = Annotations(shapes=[box(0, cat), box(1, dog), box(2, cat, 100, 65)])
    datasets.annotate(dataset.id, Revision(layer=truth.layer, add=true))
    parts = datasets.divide(dataset.id, size=6, replicas=2)
    for place, part in enumerate(one for one in parts if one.kind == "replica" and one.first == 6):
        seen = [box(10, cat, 90 + place * 12), *([box(11, dog)] if place == 0 else [])]
        datasets.annotate(dataset.id, Revision(layer=part.layer, add=Annotations(shapes=seen)))
    for part in (one for one in parts if one.kind == "replica" and one.first == 0):
        again = [box(0, cat), box(1, cat), box(2, cat)]
        datasets.annotate(dataset.id, Revision(layer=part.layer, add=Annotations(shapes=again)))
