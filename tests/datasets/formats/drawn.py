"""Pictures and annotations to write and read: some drawn by hand, many drawn at random."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from hypothesis import strategies as st
from PIL import Image

from jobyard.datasets.annotations import Annotations, Shape, ShapeKind, Source, Tag
from jobyard.datasets.formats.facts import Export, Import, Item, Read, Write
from jobyard.datasets.formats.frames import Frame, Frames
from jobyard.datasets.formats.vocabulary import Vocabulary
from jobyard.datasets.labels import Attribute, Input, Label, LabelKind

CAR = Label(
    number=11,
    name="car",
    color="#ff0000",
    attributes=(
        Attribute(number=101, name="colour", input=Input.SELECT, values=("red", "blue"), default="red"),
        Attribute(number=102, name="speed", input=Input.NUMBER, mutable=True, values=("0", "200", "1")),
        Attribute(number=103, name='he said "<&>"', input=Input.TEXT),
    ),
)
BIRD = Label(number=12, name="bird & <co>")
PERSON = Label(
    number=13,
    name="person",
    kind=LabelKind.SKELETON,
    parts=(
        Label(number=21, name="head", kind=LabelKind.POINTS),
        Label(
            number=22,
            name="foot",
            kind=LabelKind.POINTS,
            attributes=(Attribute(number=104, name="shoe", input=Input.TEXT),),
        ),
    ),
    drawing='<circle r="1" data-label-name="head"/>',
)
LABELS = (CAR, BIRD, PERSON)
VOCABULARY = Vocabulary(LABELS)
WIDTH, HEIGHT = 64, 48


def rectangle(frame: int = 0, label: Label = CAR, *points: float, **more: Any) -> Shape:
    return Shape(frame=frame, label=label.number, kind=ShapeKind.RECTANGLE, points=points or (1, 2, 11, 22), **more)


def png(width: int = WIDTH, height: int = HEIGHT, color: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), color).save(out, "PNG")
    return out.getvalue()


def opened(content: bytes) -> Any:
    def picture() -> BinaryIO:
        return io.BytesIO(content)

    return picture


def item(number: int, name: str, *shapes: Shape, tags: Sequence[Tag] = (), subset: str = "") -> Item:
    return Item(
        frame=Frame(number=number, name=name, width=WIDTH, height=HEIGHT, subset=subset),
        annotations=Annotations(shapes=shapes, tags=tuple(tags)),
        picture=opened(png()),
    )


def write(
    writer: Write, folder: Path, items: Iterable[Item], *, pictures: bool = False, **more: Any
) -> tuple[Path, Export]:
    """Write items to an archive in a folder."""
    export = Export(
        target=folder / "export.zip", scratch=folder, vocabulary=VOCABULARY, items=items, pictures=pictures, **more
    )
    writer(export)
    return export.target, export


def read(
    reader: Read, source: Path, frames: Iterable[Frame] | None = None, labels: Sequence[Label] = LABELS, **more: Any
) -> list[Item]:
    """Read an archive; without frames, every name is taken in."""
    known = Frames(growing=True) if frames is None else Frames(frames)
    job = Import(source=source, scratch=source.parent, vocabulary=Vocabulary(labels), frames=known, **more)
    return list(reader(job))


def pictures(reader: Read, source: Path) -> dict[str, bytes]:
    """Return the pictures that an archive brings along."""
    job = Import(source=source, scratch=source.parent, vocabulary=VOCABULARY, frames=Frames(growing=True))
    found = {}
    for one in reader(job):
        if one.picture is not None:
            with one.picture() as stream:
                found[one.frame.name] = stream.read()
    return found


COORDINATE = st.floats(0, 60, allow_nan=False).map(lambda value: round(value, 3)) | st.floats(-1e6, 1e6)
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=8)


def many(count: int) -> st.SearchStrategy[tuple[float, ...]]:
    return st.lists(COORDINATE, min_size=count, max_size=count).map(tuple)


def pairs_of(least: int) -> st.SearchStrategy[tuple[float, ...]]:
    return st.integers(least, 6).flatmap(lambda count: many(2 * count))


@st.composite
def masks(draw: st.DrawFn) -> tuple[float, ...]:
    left, top = draw(st.integers(0, 20)), draw(st.integers(0, 20))
    width, height = draw(st.integers(1, 20)), draw(st.integers(1, 20))
    cuts = sorted(draw(st.sets(st.integers(1, width * height), max_size=5)) | {width * height})
    runs = [float(b - a) for a, b in zip([0, *cuts], cuts, strict=False)]
    if len(runs) < 2:
        runs.insert(0, 0.0)
    return (*runs, float(left), float(top), float(left + width - 1), float(top + height - 1))


POINTS = {
    ShapeKind.RECTANGLE: many(4),
    ShapeKind.ELLIPSE: many(4),
    ShapeKind.CUBOID: many(16),
    ShapeKind.POLYGON: pairs_of(3),
    ShapeKind.POLYLINE: pairs_of(2),
    ShapeKind.POINTS: pairs_of(1),
    ShapeKind.MASK: masks(),
}


@st.composite
def shapes(draw: st.DrawFn, frame: int, kinds: Sequence[ShapeKind] = tuple(ShapeKind)) -> Shape:
    kind = draw(st.sampled_from(list(kinds)))
    said: dict[str, Any] = {
        "frame": frame,
        "occluded": draw(st.booleans()),
        "depth": draw(st.integers(-3, 3)),
        "group": draw(st.integers(0, 3)),
        "source": draw(st.sampled_from(list(Source))),
        "score": draw(st.floats(0, 1)),
    }
    if kind is ShapeKind.SKELETON:
        parts = tuple(
            Shape(
                frame=frame,
                label=part.number,
                kind=ShapeKind.POINTS,
                points=draw(many(2)),
                outside=draw(st.booleans()),
                occluded=draw(st.booleans()),
                attributes=draw(st.dictionaries(st.just(104), TEXT)) if part.number == 22 else {},
            )
            for part in PERSON.parts
        )
        return Shape(label=PERSON.number, kind=kind, parts=parts, **said)
    label = draw(st.sampled_from([CAR, BIRD]))
    attributes = draw(st.dictionaries(st.sampled_from([101, 102, 103]), TEXT)) if label is CAR else {}
    turned = draw(st.floats(0, 359.9)) if kind in {ShapeKind.RECTANGLE, ShapeKind.ELLIPSE} else 0.0
    return Shape(
        label=label.number, kind=kind, points=draw(POINTS[kind]), rotation=turned, attributes=attributes, **said
    )


@st.composite
def tags(draw: st.DrawFn, frame: int) -> Tag:
    return Tag(
        frame=frame,
        label=draw(st.sampled_from([CAR, BIRD])).number,
        group=draw(st.integers(0, 2)),
        source=draw(st.sampled_from(list(Source))),
    )


@st.composite
def items(draw: st.DrawFn, kinds: Sequence[ShapeKind] = tuple(ShapeKind)) -> list[Item]:
    names = draw(st.lists(st.sampled_from(["a.png", "b/ä.jpg", "b/c d.png", "é&<>.png"]), unique=True, max_size=4))
    found = []
    for number, name in enumerate(names):
        said = draw(st.lists(shapes(number, kinds), max_size=4))
        marks = draw(st.lists(tags(number), max_size=2))
        subset = draw(st.sampled_from(["", "train", "val"]))
        found.append(item(number, name, *said, tags=marks, subset=subset))
    return found


def facts(items: Iterable[Item]) -> Iterator[tuple[Frame, Annotations]]:
    """Yield what can be compared of items: all but how to open their pictures."""
    for one in items:
        yield one.frame, one.annotations
