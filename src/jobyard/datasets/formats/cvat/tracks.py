"""Tracks as CVAT for video writes them: one element a thing, with its place in each frame."""

from __future__ import annotations

from collections.abc import Iterator

from jobyard.datasets.annotations import Position, ShapeKind, Source, Track
from jobyard.datasets.formats.cvat.words import Words
from jobyard.datasets.formats.markup import Node
from jobyard.datasets.formats.speech import told
from jobyard.datasets.labels import Label
from jobyard.datasets.tracks import is_in_order
from jobyard.job.errors import FileBroken


def track(node: Node, words: Words, file: str) -> Track:
    """Return a track's key frames. Raises FileBroken when there is none or they are out of order."""
    label = words.label(node)
    found = _track(node, label, words, list(_key_frames(node.children, words)))
    if not is_in_order(found):
        raise FileBroken(file=file, reason=f"the frames of a track of {told(label.name)} are missing or out of order")
    return found


def _track(node: Node, label: Label, words: Words, boxes: list[Node]) -> Track:
    mutable = {attribute.number for attribute in label.attributes if attribute.mutable}
    lasting, positions = dict[int, str](), list[Position]()
    parts = dict[str, list[Node]]()
    for box in boxes:
        kind, points = words.outline(box, f"a track of {told(label.name)}")
        frame = words.whole(box, "frame")
        said = words.values(label.number, box)
        lasting |= {number: value for number, value in said.items() if number not in mutable}
        positions.append(
            Position(
                frame=frame,
                kind=kind,
                points=points,
                rotation=words.rotation(box),
                occluded=words.flag(box, "occluded"),
                outside=words.flag(box, "outside"),
                depth=words.whole(box, "z_order"),
                attributes={number: value for number, value in said.items() if number in mutable},
            )
        )
        if kind is ShapeKind.SKELETON:
            for point in box.children:
                if point.name == "points":
                    placed = Node(point.name, {**point.attributes, "frame": str(frame)})
                    placed.children = point.children
                    parts.setdefault(point.attributes.get("label", ""), []).append(placed)
    return Track(
        frame=positions[0].frame if positions else 0,
        label=label.number,
        group=words.whole(node, "group_id"),
        source=_source(node),
        attributes=lasting,
        positions=tuple(positions),
        parts=tuple(_track(found[0], words.part(label.number, found[0]), words, found) for found in parts.values()),
    )


def _key_frames(nodes: list[Node], words: Words) -> Iterator[Node]:
    """Yield where a person said something; what lies between is worked out anew."""
    for node in nodes:
        if node.name == "attribute":
            continue
        if node.attributes.get("keyframe", "1") != "0":
            yield node


def _source(node: Node) -> Source:
    given = node.attributes.get("source", "")
    return Source(given) if given in set(Source) else Source.MANUAL
