"""What people of the demo draw over its pictures, what is true of some of them, and what two others saw."""

from __future__ import annotations

from collections.abc import Mapping

from jobyard.client import Jobyard
from jobyard.client.labelling import FrameRange, Revision
from jobyard.client.shapes import Annotations, Dataset, Label, Part, Shape, ShapePart

_EDGES = ((1, 2), (2, 3), (2, 4), (3, 5))
_HORSE = ("nose", "shoulder", "hip", "forefoot", "hindfoot")
_JOINTS = ((385, 85), (300, 130), (80, 130), (275, 300), (60, 305))
LABELS = (
    Label(name="person", color="#3b82f6"),
    Label(name="face", color="#f59e0b"),
    Label(name="cat", color="#22c55e"),
    Label(name="eye", color="#ec4899"),
    Label(name="cup", color="#ef4444"),
    Label(name="rocket", color="#06b6d4"),
    Label(
        name="horse",
        color="#8b5cf6",
        kind="skeleton",
        parts=[Part(name=name) for name in _HORSE],
        drawing="".join(f'<line data-node-from="{one}" data-node-to="{other}"></line>' for one, other in _EDGES),
    ),
)
Mark = tuple[str, str, str, tuple[float, ...]]
"""The picture, the label, the kind and the points of a shape."""
DRAWN: tuple[Mark, ...] = (
    ("astronaut.png", "person", "rectangle", (18, 10, 380, 508)),
    ("astronaut.png", "face", "ellipse", (226, 98, 300, 14)),
    ("astronaut.png", "rocket", "polygon", (405, 2, 440, 2, 455, 220, 430, 284, 365, 215, 378, 120)),
    ("camera.png", "person", "rectangle", (20, 60, 300, 508)),
    ("camera.png", "face", "rectangle", (170, 70, 262, 205)),
    ("chelsea.png", "person", "rectangle", (20, 2, 380, 296)),
    ("chelsea.png", "eye", "ellipse", (169, 116, 205, 82)),
    ("coffee.png", "cup", "ellipse", (315, 290, 432, 192)),
    ("coffee.png", "cup", "polyline", (190, 325, 230, 140, 240, 100)),
    ("rocket.jpg", "rocket", "rectangle", (308, 125, 340, 410)),
)
TRUE: tuple[Mark, ...] = (
    ("astronaut.png", "person", "rectangle", (20, 8, 378, 510)),
    ("astronaut.png", "face", "ellipse", (228, 100, 300, 16)),
    ("astronaut.png", "rocket", "polygon", (405, 0, 442, 0, 457, 222, 430, 286, 362, 215, 376, 120)),
    ("camera.png", "person", "rectangle", (18, 58, 340, 510)),
    ("camera.png", "face", "rectangle", (160, 62, 262, 200)),
    ("chelsea.png", "cat", "rectangle", (24, 0, 385, 298)),
    ("chelsea.png", "eye", "ellipse", (169, 115, 206, 82)),
    ("chelsea.png", "eye", "ellipse", (321, 138, 352, 108)),
)
SEEN: tuple[tuple[Mark, ...], ...] = (
    (
        ("chelsea.png", "cat", "rectangle", (24, 0, 385, 298)),
        ("chelsea.png", "eye", "rectangle", (135, 84, 204, 150)),
        ("coffee.png", "cup", "rectangle", (196, 190, 434, 392)),
        ("rocket.jpg", "rocket", "rectangle", (308, 125, 340, 410)),
    ),
    (
        ("chelsea.png", "cat", "rectangle", (40, 10, 370, 290)),
        ("coffee.png", "cup", "rectangle", (200, 200, 440, 385)),
        ("rocket.jpg", "rocket", "rectangle", (300, 140, 350, 420)),
    ),
)
"""What each of two people saw."""


def mark(owner: Jobyard, other: Jobyard, dataset: Dataset) -> None:
    """Let two people draw, and say what is true; a dataset that was divided before keeps its parts."""
    frames = {sample.path: sample.number - 1 for sample in owner.datasets.samples(dataset.id)}
    labels = {label.name: label for label in owner.datasets.labels(dataset.id)}
    parts = owner.datasets.assignments(dataset.id)
    if not parts:
        truth = owner.datasets.add_ground_truth(dataset.id, sorted({frames[name] for name, *_ in TRUE}))
        parts = [truth, *owner.datasets.divide(dataset.id, replicas=len(SEEN))]
    whole = FrameRange(first=0, last=max(frames.values()))
    replicas = [part for part in parts if part.kind == "replica"]
    for client, part, said in zip((owner, other), replicas, SEEN, strict=True):
        drawn = Annotations(shapes=_shapes(said, frames, labels))
        client.datasets.annotate(dataset.id, Revision(layer=part.layer, replace=whole, add=drawn))
    for part in parts:
        if part.kind == "ground_truth":
            true = Annotations(shapes=_shapes(TRUE, frames, labels))
            owner.datasets.annotate(dataset.id, Revision(layer=part.layer, replace=whole, add=true))


def draw(client: Jobyard, dataset: Dataset) -> None:
    """Let somebody draw over the pictures, in place of what was there."""
    frames = {sample.path: sample.number - 1 for sample in client.datasets.samples(dataset.id)}
    labels = {label.name: label for label in client.datasets.labels(dataset.id)}
    horse = labels["horse"]
    joints = [
        ShapePart(label=part.number, points=[float(x), float(y)])
        for part, (x, y) in zip(horse.parts, _JOINTS, strict=True)
    ]
    skeleton = Shape(frame=frames["horse.png"], label=horse.number, kind="skeleton", parts=joints)
    drawn = Annotations(shapes=[*_shapes(DRAWN, frames, labels), skeleton])
    whole = FrameRange(first=0, last=max(frames.values()))
    client.datasets.annotate(dataset.id, Revision(replace=whole, add=drawn))


def _shapes(marks: tuple[Mark, ...], frames: Mapping[str, int], labels: Mapping[str, Label]) -> list[Shape]:
    return [
        Shape(frame=frames[name], label=labels[label].number, kind=kind, points=list(points))
        for name, label, kind, points in marks
    ]
