"""Which format an archive seems to have, for the sentence that refuses one of another format."""

from __future__ import annotations

from collections.abc import Iterable
from posixpath import basename, dirname

from jobyard.job.errors import FileBroken

COCO, CVAT, VOC = "COCO 1.0", "CVAT 1.1", "PASCAL VOC 1.1"
ULTRALYTICS, DARKNET = "Ultralytics YOLO Detection 1.0", "YOLO 1.1"
_BY_FILE = {"annotations.xml": CVAT, "data.yaml": ULTRALYTICS, "obj.names": DARKNET, "obj.data": DARKNET}


def foreign(members: Iterable[str], wanted: str, lacks: str) -> FileBroken:
    """Return the fault of an archive that is not in the format that was asked for, with what it seems to be."""
    seen = dict.fromkeys(map(_sign, members))
    other = next((name for name in seen if name not in {"", wanted}), "")
    guess = f"; it looks like {other}" if other else ""
    return FileBroken(file="The archive", reason=f"it is not in {wanted}, since {lacks}{guess}")


def is_coco(name: str) -> bool:
    """Tell whether a member is a document of COCO: JSON in a folder `annotations`."""
    return name.endswith(".json") and dirname(name).endswith("annotations")


def is_voc(name: str) -> bool:
    """Tell whether a member is a document of PASCAL VOC: XML in a folder `Annotations`."""
    return name.endswith(".xml") and "Annotations/" in name


def _sign(name: str) -> str:
    """Return the format that a member speaks for; empty for none."""
    known = _BY_FILE.get(basename(name), "")
    return known or (COCO if is_coco(name) else VOC if is_voc(name) else "")
