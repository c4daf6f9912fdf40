"""Our side: one format written or read once. Prints the seconds, and the memory at its highest above that before."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from bench.formats.drawn import BOXES, HEIGHT, LABELS, WARM, WIDTH, box, highest, name
from jobyard.datasets.annotations import Annotations, Shape, ShapeKind
from jobyard.datasets.formats.facts import Export, Import, Item
from jobyard.datasets.formats.frames import Frame, Frames
from jobyard.datasets.formats.registry import exporter, importer
from jobyard.datasets.formats.vocabulary import Vocabulary
from jobyard.datasets.labels import Label

NAMES = {
    "COCO": ("COCO 1.0", "COCO 1.0"),
    "YOLO": ("YOLO 1.1", "YOLO 1.1"),
    "CVAT": ("CVAT for images 1.1", "CVAT 1.1"),
}


def vocabulary() -> Vocabulary:
    """Return the labels."""
    return Vocabulary([Label(number=place + 1, name=f"label{place}") for place in range(LABELS)])


def frame(number: int) -> Frame:
    """Return a picture."""
    return Frame(number=number, name=name(number), width=WIDTH, height=HEIGHT)


def items(count: int) -> Iterator[Item]:
    """Yield the pictures with what is said of them."""
    for number in range(count):
        shapes = list[Shape]()
        for place in range(BOXES):
            label, x, y, width, height = box(number, place)
            points = (x, y, x + width, y + height)
            shapes.append(Shape(frame=number, label=label + 1, kind=ShapeKind.RECTANGLE, points=points))
        yield Item(frame=frame(number), annotations=Annotations(shapes=tuple(shapes)))


def write(format_: str, folder: Path, count: int) -> int:
    """Write all pictures; return how many boxes that were."""
    target = folder / f"{format_}.zip"
    exporter(NAMES[format_][0]).write(
        Export(target=target, scratch=folder, vocabulary=vocabulary(), items=items(count), name="bench")
    )
    return count * BOXES


def read(format_: str, folder: Path, count: int) -> int:
    """Read all pictures; return how many boxes there were."""
    source = folder / f"{format_}.zip"
    job = Import(
        source=source, scratch=folder, vocabulary=vocabulary(), frames=Frames(frame(number) for number in range(count))
    )
    return sum(len(item.annotations.shapes) for item in importer(NAMES[format_][1]).read(job))


TURNS: dict[str, Callable[[str, Path, int], int]] = {"write": write, "read": read}


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
