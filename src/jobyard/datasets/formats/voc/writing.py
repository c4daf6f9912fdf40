"""Writing PASCAL VOC: `Annotations/`, `ImageSets/Main/<subset>.txt`, `labelmap.txt`, and `JPEGImages/` when wanted."""

from __future__ import annotations

from contextlib import ExitStack
from posixpath import splitext
from tempfile import TemporaryFile
from typing import IO

from jobyard.datasets.annotations import Shape, ShapeKind
from jobyard.datasets.formats.archive.writing import ArchiveWriter
from jobyard.datasets.formats.facts import Export, Item
from jobyard.datasets.formats.markup import escaped
from jobyard.datasets.formats.pictures import add_picture, measured
from jobyard.datasets.formats.yolo.lines import upright
from jobyard.datasets.labels import Label

SUBSET = "default"
OWN = ("truncated", "difficult")
"""Attributes that VOC has elements of its own for."""


def write(export: Export) -> None:
    """Write upright rectangles, a turned one as the upright one around it; the rest is counted."""
    with ArchiveWriter(export.target, export.scratch) as archive, ExitStack() as stack:
        lists = dict[str, IO[bytes]]()
        for number, item in enumerate(export.items, 1):
            subset = item.frame.subset or SUBSET
            if subset not in lists:
                lists[subset] = stack.enter_context(TemporaryFile(dir=export.scratch))
            stem = splitext(item.frame.name)[0]
            lists[subset].write(f"{stem}\n".encode())
            archive.add(f"Annotations/{stem}.xml", _document(export, item).encode())
            add_picture(archive, export, item, f"JPEGImages/{item.frame.name}")
            export.done(number)
        archive.add("labelmap.txt", _map(export.vocabulary.labels).encode())
        if not lists:
            archive.add(f"ImageSets/Main/{SUBSET}.txt", b"")
        for subset, file in lists.items():
            file.seek(0)
            archive.add_stream(f"ImageSets/Main/{subset}.txt", file)


def _map(labels: tuple[Label, ...]) -> str:
    lines = ["# label:color_rgb:parts:actions", "background:0,0,0::"]
    for place, label in enumerate(labels, 1):
        lines.append(f"{label.name}:{_color(label.color, place)}::")
    return "\n".join([*lines, ""])


def _color(color: str, place: int) -> str:
    """Return red, green and blue: the label's own, else VOC's, which spreads its place's bits from the top down."""
    if len(color) == 7:
        return ",".join(str(int(color[at : at + 2], 16)) for at in (1, 3, 5))
    bands = [0, 0, 0]
    for bit in range(8):
        for band in range(3):
            bands[band] |= (place >> (3 * bit + band) & 1) << (7 - bit)
    return ",".join(map(str, bands))


def _document(export: Export, item: Item) -> str:
    said, frame = item.annotations, item.frame
    if said.tags:
        export.skip("tag", len(said.tags))
    width, height = measured(frame, item.picture)
    folder = frame.name.rpartition("/")[0]
    objects = []
    for shape in said.shapes:
        if shape.kind is ShapeKind.RECTANGLE:
            objects.append(_object(export, shape))
        else:
            export.skip(shape.kind.value)
    return (
        f"<annotation><folder>{escaped(folder)}</folder><filename>{escaped(frame.name)}</filename>"
        "<source><database>Unknown</database><annotation>Unknown</annotation><image>Unknown</image></source>"
        f"<size><width>{width}</width><height>{height}</height><depth></depth></size><segmented>0</segmented>\n"
        f"{''.join(objects)}</annotation>\n"
    )


def _object(export: Export, shape: Shape) -> str:
    left, top, right, bottom = upright(shape)
    said = export.vocabulary.said(shape.attributes)
    own = "".join(f"<{name}>{said.get(name, 'false') in {'true', '1'}:d}</{name}>" for name in OWN)
    others = "".join(
        f"<attribute><name>{escaped(name)}</name><value>{escaped(value)}</value></attribute>"
        for name, value in said.items()
        if name not in OWN
    )
    return (
        f"<object><name>{escaped(export.vocabulary.name(shape.label))}</name>{own}"
        f"<occluded>{shape.occluded:d}</occluded><bndbox><xmin>{left}</xmin><ymin>{top}</ymin><xmax>{right}</xmax>"
        f"<ymax>{bottom}</ymax></bndbox>{others and f'<attributes>{others}</attributes>'}</object>\n"
    )
