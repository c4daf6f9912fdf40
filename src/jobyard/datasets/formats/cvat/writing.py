"""Writing CVAT for images 1.1: `annotations.xml`, and `images/` when pictures are wanted."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from jobyard.datasets.annotations import Shape, ShapeKind, Source, Tag
from jobyard.datasets.formats.archive.writing import ArchiveWriter
from jobyard.datasets.formats.cvat.labels import listed
from jobyard.datasets.formats.facts import Export, Item
from jobyard.datasets.formats.markup import escaped
from jobyard.datasets.formats.pictures import add_picture

_CORNERS = ("xtl1", "ytl1", "xbl1", "ybl1", "xtr1", "ytr1", "xbr1", "ybr1")
CUBOID = (*_CORNERS, *(name.replace("1", "2") for name in _CORNERS))
"""The names of a cuboid's numbers in their order: the front's and then the back's upper left, lower left, right."""
_SOURCES = {source: source.value for source in Source}
_encode = msgspec.json.Encoder().encode
ELEMENTS = {ShapeKind.RECTANGLE: "box"}
"""The elements that are not called like their kinds."""


def write(export: Export) -> None:
    """Write everything that was said, and the pictures where they are wanted."""
    with (
        ArchiveWriter(export.target, export.scratch) as archive,
        archive.spooled("annotations.xml", export.scratch) as out,
    ):
        out.write(_head(export).encode())
        words = _Words(export)
        for number, item in enumerate(export.items, 1):
            out.write(words.image(item).encode())
            add_picture(archive, export, item, picture_name(item))
            export.done(number)
        out.write(b"</annotations>\n")


def picture_name(item: Item) -> str:
    """Return where a picture lies in the archive."""
    subset = item.frame.subset
    return f"images/{subset}/{item.frame.name}" if subset else f"images/{item.frame.name}"


def _head(export: Export) -> str:
    labels = "".join(listed(export.vocabulary.labels))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n'
        f"<meta><task><name>{escaped(export.name)}</name><mode>annotation</mode>\n<labels>\n{labels}</labels>\n"
        "</task></meta>\n"
    )


class _Words:
    """Turns items into elements. Names are escaped once."""

    def __init__(self, export: Export) -> None:
        self._vocabulary = export.vocabulary
        every = [label for one in export.vocabulary.labels for label in (one, *one.parts)]
        self._names = {label.number: escaped(label.name) for label in every}

    def image(self, item: Item) -> str:
        """Return the element of a picture with everything in it."""
        frame, said = item.frame, item.annotations
        subset = f' subset="{escaped(frame.subset)}"' if frame.subset else ""
        size = f' width="{frame.width}" height="{frame.height}"' if frame.width else ""
        lines = [f'<image id="{frame.number}" name="{escaped(frame.name)}"{subset}{size}>\n']
        lines += [self._tag(tag) for tag in said.tags]
        lines += [
            self._box(shape) if shape.kind is ShapeKind.RECTANGLE else self._shape(shape) for shape in said.shapes
        ]
        lines.append("</image>\n")
        return "".join(lines)

    def _tag(self, tag: Tag) -> str:
        return (
            f'<tag label="{self._names[tag.label]}" source="{tag.source.value}"{_more(tag.group, tag.score)}>'
            f"{self._attributes(tag.attributes)}</tag>\n"
        )

    def _box(self, shape: Shape) -> str:
        """Return what `_shape` returns of a rectangle; numbers are written as in JSON, which is quicker."""
        if shape.rotation or shape.group or shape.attributes or shape.score != 1:
            return self._shape(shape)
        left, top, right, bottom = _encode(shape.points)[1:-1].decode().split(",")
        return (
            f'<box label="{self._names[shape.label]}" source="{_SOURCES[shape.source]}" '
            f'occluded="{"1" if shape.occluded else "0"}" xtl="{left}" ytl="{top}" xbr="{right}" ybr="{bottom}" '
            f'z_order="{shape.depth}"></box>\n'
        )

    def _shape(self, shape: Shape) -> str:
        name = ELEMENTS.get(shape.kind) or shape.kind.value
        turn = f' rotation="{shape.rotation}"' if shape.rotation else ""
        inside = "".join(map(self._part, shape.parts)) if shape.parts else ""
        if shape.attributes:
            inside += self._attributes(shape.attributes)
        return (
            f'<{name} label="{self._names[shape.label]}" source="{shape.source.value}" '
            f'occluded="{shape.occluded:d}"{_points(shape)}{turn} z_order="{shape.depth}"'
            f"{_more(shape.group, shape.score)}>{inside}</{name}>\n"
        )

    def _part(self, part: Shape) -> str:
        depth = f' z_order="{part.depth}"' if part.depth else ""
        source = f' source="{part.source.value}"' if part.source is not Source.MANUAL else ""
        return (
            f'<points label="{self._names[part.label]}" outside="{part.outside:d}" occluded="{part.occluded:d}"{source}'
            f"{_points(part)}{depth}{_more(part.group, part.score)}>{self._attributes(part.attributes)}</points>\n"
        )

    def _attributes(self, values: Mapping[int, str]) -> str:
        said = self._vocabulary.said(values).items()
        return "".join(f'<attribute name="{escaped(name)}">{escaped(value)}</attribute>' for name, value in said)


def _more(group: int, score: float) -> str:
    """Return what CVAT leaves out where there is none."""
    grouped = f' group_id="{group}"' if group else ""
    return grouped + (f' score="{score}"' if score != 1 else "")


def _points(shape: Shape) -> str:
    points = shape.points
    match shape.kind:
        case ShapeKind.RECTANGLE:
            return f' xtl="{points[0]}" ytl="{points[1]}" xbr="{points[2]}" ybr="{points[3]}"'
        case ShapeKind.ELLIPSE:
            x, y, right, top = points
            return f' cx="{x}" cy="{y}" rx="{right - x}" ry="{y - top}" right="{right}" top="{top}"'
        case ShapeKind.CUBOID:
            return "".join(f' {name}="{value}"' for name, value in zip(CUBOID, points, strict=True))
        case ShapeKind.MASK:
            *runs, left, top, right, bottom = map(int, points)
            rle = ", ".join(map(str, runs))
            return f' rle="{rle}" left="{left}" top="{top}" width="{right - left + 1}" height="{bottom - top + 1}"'
        case ShapeKind.SKELETON:
            return ""
        case ShapeKind.POLYGON | ShapeKind.POLYLINE | ShapeKind.POINTS:
            written = iter(points)
            return ' points="' + ";".join(f"{x},{y}" for x, y in zip(written, written, strict=True)) + '"'
