"""A line a rectangle: the class, then the middle, width and height as shares of the picture's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from jobyard.datasets.annotations import Annotations, Shape, ShapeKind
from jobyard.datasets.formats.archive.reading import Archive
from jobyard.datasets.formats.facts import Export, Import, Item
from jobyard.datasets.formats.frames import Frame
from jobyard.datasets.formats.pictures import ENDINGS, ending, measured
from jobyard.datasets.formats.signs import foreign
from jobyard.datasets.formats.speech import number, told, whole
from jobyard.datasets.labels import Label
from jobyard.job.errors import FileBroken, UnknownLabel

MOST = 1 << 26
"""Bytes of the largest text file."""
_FARTHEST = 1e9
"""The pixels that a corner may be away; what is farther is in no picture."""
_Place = Annotated[float, Meta(ge=-1_000, le=1_000)]
_Side = Annotated[float, Meta(ge=0, le=1_000)]
Line = tuple[Annotated[int, Meta(ge=0, le=1_000_000)], _Place, _Place, _Side, _Side]
"""The class, the middle's x and y, width and height."""
_decode = msgspec.json.Decoder(list[Line]).decode
_encode = msgspec.json.Encoder().encode


def written(export: Export, item: Item) -> bytes:
    """Return an item's lines. A turned rectangle becomes the upright one around it; other shapes are counted."""
    said = item.annotations
    if said.tags:
        export.skip("tag", len(said.tags))
    if not said.shapes:
        return b""
    width, height = measured(item.frame, item.picture)
    rows, place = list[tuple[float, ...]](), export.vocabulary.place
    for shape in said.shapes:
        if shape.kind is not ShapeKind.RECTANGLE:
            export.skip(shape.kind.value)
            continue
        left, top, right, bottom = upright(shape) if shape.rotation else shape.points
        middle_x, middle_y = (left + right) / 2 / width, (top + bottom) / 2 / height
        # Whichever corner comes first, middle and size are the same.
        rows.append((place(shape.label), middle_x, middle_y, abs(right - left) / width, abs(bottom - top) / height))
    if not rows:
        return b""
    # Numbers are written as in JSON, which takes a tenth of the time of spelling each by itself.
    return _encode(rows)[2:-2].replace(b"],[", b"\n").replace(b",", b" ") + b"\n"


def upright(shape: Shape) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of a rectangle, or of the upright one around a turned one."""
    if shape.rotation:
        from jobyard.datasets.geometry.rectangles import around

        return around(shape.points, shape.rotation)
    x, y, other_x, other_y = shape.points
    return min(x, other_x), min(y, other_y), max(x, other_x), max(y, other_y)


def read(content: bytes, file: str, labels: Sequence[Label], frame: Frame, size: tuple[int, int]) -> Annotations:
    """Return what the lines of a picture say. Raises FileBroken and UnknownLabel."""
    found = quick(content)
    if found is None:
        return Annotations(shapes=tuple(_read(text_of(content, file), file, labels, frame, size)))
    across, down = size
    number, numbers = frame.number, [label.number for label in labels]
    if found and max(found)[0] >= len(numbers):
        raise UnknownLabel(file=file, name=f"of class {next(one[0] for one in found if one[0] >= len(numbers))}")
    return Annotations(
        shapes=tuple(
            [
                Shape(
                    frame=number,
                    label=numbers[kind],
                    kind=ShapeKind.RECTANGLE,
                    points=(
                        (x - width / 2) * across,
                        (y - height / 2) * down,
                        (x + width / 2) * across,
                        (y + height / 2) * down,
                    ),
                )
                for kind, x, y, width, height in found
            ]
        )
    )


def quick(content: bytes) -> list[Line] | None:
    """Return lines that are written as nearly all are: five numbers with a blank between, and nothing to complain of.

    Put between brackets, they are JSON, which is read much faster than words are. Return None for all others.
    """
    if b"," in content:
        return None
    try:
        return _decode(b"[[" + content.rstrip().replace(b" ", b",").replace(b"\n", b"],[") + b"]]")
    except msgspec.MsgspecError:
        return None


def _read(text: str, file: str, labels: Sequence[Label], frame: Frame, size: tuple[int, int]) -> Iterator[Shape]:
    for place, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words:
            continue
        if len(words) not in {5, 6}:
            reason = f"line {place} has {len(words)} numbers, and a rectangle has 5, or 6 with its score"
            raise FileBroken(file=file, reason=reason)
        kind, x, y, width, height, score = _numbers(words, file, place)
        if not 0 <= kind < len(labels):
            raise UnknownLabel(file=file, name=f"of class {kind}")
        if width < 0 or height < 0:
            raise FileBroken(file=file, reason=f"line {place} has a negative size")
        corners = (
            (x - width / 2) * size[0],
            (y - height / 2) * size[1],
            (x + width / 2) * size[0],
            (y + height / 2) * size[1],
        )
        if max(map(abs, corners)) > _FARTHEST:
            raise FileBroken(file=file, reason=f"line {place} lies far beyond any picture")
        yield Shape(
            frame=frame.number,
            label=labels[kind].number,
            kind=ShapeKind.RECTANGLE,
            points=corners,
            score=min(1.0, max(0.0, score)),
        )


def _numbers(words: Sequence[str], file: str, place: int) -> tuple[int, float, float, float, float, float]:
    """Return the class, the rectangle and the score of a line. Raises FileBroken."""
    try:
        kind, (x, y, width, height, *rest) = int(words[0]), map(float, words[1:])
    except ValueError:
        kind = -1
    else:
        score = rest[0] if rest else 1.0
        # What is no number, or has no end, is none when it is taken from itself.
        if words[0].isdecimal() and x - x == y - y == width - width == height - height == score - score == 0:
            return kind, x, y, width, height, score
    where = f"line {place}"
    kind = whole(words[0], file, f"the class in {where}")
    x, y, width, height = (number(word, file, where) for word in words[1:5])
    return kind, x, y, width, height, number(words[5], file, where) if len(words) == 6 else 1.0


def listed(text: str) -> Iterator[str]:
    """Yield the paths that a list of pictures names."""
    for line in text.splitlines():
        path = line.strip().replace("\\", "/")
        if path:
            yield path.removeprefix("./")


def text_of(content: bytes, file: str) -> str:
    """Return a text file's text. Raises FileBroken."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileBroken(file=told(file), reason="it is not in UTF-8") from None


def check_nothing(archive: Archive, top: str, wanted: str, place: str) -> None:
    """Raise FileBroken where no picture was found though there are pictures or lines, in other places than wanted."""
    below = (name.removeprefix(top) for name in archive)
    if any("/" in name and ending(name) in {"txt", *ENDINGS} for name in below):
        raise foreign(archive, wanted, f"none of its pictures and lines lies {place}")


def used(job: Import, names: Sequence[str], file: str) -> list[Label]:
    """Return the labels that class numbers stand for. Raises UnknownLabel for a name that does not exist here."""
    return [job.vocabulary.named(name, file) for name in names]
