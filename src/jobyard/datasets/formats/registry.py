"""The formats by the names that CVAT shows. A further one is a file that writes or reads, and a line here."""

from __future__ import annotations

from msgspec import Struct

from jobyard.datasets.formats.coco import reading as coco_reading
from jobyard.datasets.formats.coco import writing as coco_writing
from jobyard.datasets.formats.cvat import reading as cvat_reading
from jobyard.datasets.formats.cvat import writing as cvat_writing
from jobyard.datasets.formats.facts import Read, Write
from jobyard.datasets.formats.voc import reading as voc_reading
from jobyard.datasets.formats.voc import writing as voc_writing
from jobyard.datasets.formats.yolo import darknet, ultralytics
from jobyard.job.errors import UnknownFormat


class Exporter(Struct, frozen=True, kw_only=True):
    """A format that can be written."""

    name: str
    """What people and clients call it, its version included."""
    version: str
    ext: str = "ZIP"
    """The endings of its files, for people."""
    dimension: str = "2d"
    write: Write


class Importer(Struct, frozen=True, kw_only=True):
    """A format that can be read."""

    name: str
    version: str
    ext: str = "ZIP"
    dimension: str = "2d"
    read: Read


EXPORTERS = (
    Exporter(name="COCO 1.0", version="1.0", write=coco_writing.write),
    Exporter(name="CVAT for images 1.1", version="1.1", write=cvat_writing.write),
    Exporter(name="PASCAL VOC 1.1", version="1.1", write=voc_writing.write),
    Exporter(name="Ultralytics YOLO Detection 1.0", version="1.0", write=ultralytics.write),
    Exporter(name="YOLO 1.1", version="1.1", write=darknet.write),
)
IMPORTERS = (
    Importer(name="COCO 1.0", version="1.0", ext="JSON, ZIP", read=coco_reading.read),
    Importer(name="CVAT 1.1", version="1.1", ext="XML, ZIP", read=cvat_reading.read),
    Importer(name="PASCAL VOC 1.1", version="1.1", read=voc_reading.read),
    Importer(name="Ultralytics YOLO Detection 1.0", version="1.0", read=ultralytics.read),
    Importer(name="YOLO 1.1", version="1.1", read=darknet.read),
)


def exporter(name: str) -> Exporter:
    """Return the format to write. Raises UnknownFormat."""
    for one in EXPORTERS:
        if one.name == name:
            return one
    raise UnknownFormat(name=name, verb="write", known=", ".join(one.name for one in EXPORTERS))


def importer(name: str) -> Importer:
    """Return the format to read; the names that exports have are understood, too. Raises UnknownFormat."""
    wanted = name.replace("CVAT for images 1.1", "CVAT 1.1")
    for one in IMPORTERS:
        if one.name == wanted:
            return one
    raise UnknownFormat(name=name, verb="read", known=", ".join(one.name for one in IMPORTERS))
