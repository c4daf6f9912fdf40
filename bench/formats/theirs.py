"""Datumaro's side, run by its own Python: one format written or read once. Prints what our side prints."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from datumaro.components.annotation import AnnotationType, Bbox, LabelCategories
from datumaro.components.dataset import Dataset
from datumaro.components.dataset_base import DatasetItem
from datumaro.components.media import Image

from bench.formats.drawn import BOXES, HEIGHT, LABELS, WARM, WIDTH, box, highest, name

NAMES = {"COCO": "coco_instances", "YOLO": "yolo", "CVAT": "cvat"}


def items(count: int) -> list[DatasetItem]:
    """Return the pictures with what is said of them; no picture is opened."""
    found = []
    for number in range(count):
        said = []
        for place in range(BOXES):
            label, x, y, width, height = box(number, place)
            said.append(Bbox(x, y, width, height, label=label, id=place + 1, group=place + 1))
        media = Image.from_file(path=name(number), size=(HEIGHT, WIDTH))
        found.append(DatasetItem(id=Path(name(number)).stem, subset="train", media=media, annotations=said))
    return found


def write(format_: str, folder: Path, count: int) -> int:
    """Write all pictures; return how many boxes that were."""
    labels = LabelCategories.from_iterable([f"label{place}" for place in range(LABELS)])
    dataset = Dataset.from_iterable(items(count), categories={AnnotationType.label: labels})
    dataset.export(str(folder / f"{format_}-theirs"), NAMES[format_], save_media=False)
    return count * BOXES


def read(format_: str, folder: Path, count: int) -> int:
    """Read all pictures that our side wrote; return how many boxes there were."""
    return sum(len(item.annotations) for item in _read(format_, folder, count))


def _read(format_: str, folder: Path, count: int) -> Dataset:
    more = {}
    if format_ == "YOLO":
        more["image_info"] = {Path(name(number)).stem: (HEIGHT, WIDTH) for number in range(count)}
    return Dataset.import_from(str(folder / f"{format_}-unpacked"), NAMES[format_], **more)


def keep(format_: str, folder: Path, count: int) -> int:
    """Read all pictures that our side wrote and keep them in Datumaro's own format; return how many boxes that were."""
    dataset = _read(format_, folder, count)
    dataset.export(str(folder / f"{format_}-kept"), "datumaro", save_media=False)
    return sum(len(item.annotations) for item in dataset)


TURNS: dict[str, Callable[[str, Path, int], int]] = {"write": write, "read": read, "import": keep, "export": write}


def main(turn: str, format_: str, folder: Path, count: int) -> None:
    """Take one turn and tell of it."""
    TURNS[turn](format_, folder / "warm", WARM)
    before = highest()
    begun = time.perf_counter()
    boxes = TURNS[turn](format_, folder, count)
    seconds = time.perf_counter() - begun
    held = highest() - before
    print(json.dumps({"seconds": seconds, "MiB": held / 1024, "boxes": boxes}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
