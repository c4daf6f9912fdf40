"""YOLO 1.1: `obj.data`, `obj.names`, a list of pictures for each subset, and `obj_<subset>_data/` with the lines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from posixpath import splitext
from tempfile import TemporaryFile
from typing import IO

from jobyard.datasets.formats.archive.reading import Archive
from jobyard.datasets.formats.archive.writing import ArchiveWriter
from jobyard.datasets.formats.facts import Export, Import, Item
from jobyard.datasets.formats.frames import Frame, Once
from jobyard.datasets.formats.pictures import ENDINGS, add_picture, ending, found, measured
from jobyard.datasets.formats.signs import DARKNET, foreign
from jobyard.datasets.formats.speech import told
from jobyard.datasets.formats.yolo import lines
from jobyard.datasets.labels import Label
from jobyard.job.errors import FileBroken

SUBSET = "train"


def write(export: Export) -> None:
    """Write upright rectangles; the rest is counted."""
    with ArchiveWriter(export.target, export.scratch) as archive, ExitStack() as stack:
        lists = dict[str, IO[bytes]]()
        for number, item in enumerate(export.items, 1):
            subset = item.frame.subset or SUBSET
            if subset not in lists:
                lists[subset] = stack.enter_context(TemporaryFile(dir=export.scratch))
            name = f"obj_{subset}_data/{item.frame.name}"
            lists[subset].write(f"data/{name}\n".encode())
            archive.add(f"{splitext(name)[0]}.txt", lines.written(export, item))
            add_picture(archive, export, item, name)
            export.done(number)
        labels = export.vocabulary.labels
        archive.add("obj.names", "".join(f"{label.name}\n" for label in labels).encode())
        paths = "".join(f"{subset} = data/{subset}.txt\n" for subset in lists or (SUBSET,))
        archive.add("obj.data", f"classes = {len(labels)}\n{paths}names = data/obj.names\nbackup = backup/\n".encode())
        for subset, file in lists.items():
            file.seek(0)
            archive.add_stream(f"{subset}.txt", file)


def read(job: Import) -> Iterator[Item]:
    """Yield each picture of the lists, then those that only have lines."""
    with Archive(job.source, job.limits) as archive:
        reading, done = _Reading(job, archive), 0
        for done, item in enumerate(reading.items(), 1):
            yield item
            job.done(done)
        if not done:
            lines.check_nothing(archive, reading.top, DARKNET, "in a folder obj_…_data")


class _Reading:
    """One archive on its way in."""

    def __init__(self, job: Import, archive: Archive) -> None:
        self._job = job
        self._archive = archive
        tops = [name.removesuffix("obj.names") for name in archive if name.endswith("obj.names")]
        if not tops:
            raise foreign(archive, DARKNET, "it holds no obj.names")
        if len(tops) > 1:
            raise FileBroken(file="obj.names", reason=f"there are {len(tops)} of them in the archive, and 1 is wanted")
        self.top = tops[0]
        self._file = f"{self.top}obj.names"
        names = [line.strip() for line in self._text(self._file).splitlines() if line.strip()]
        self._labels: list[Label] = lines.used(job, names, self._file)
        self._once = Once("the archive")

    def items(self) -> Iterator[Item]:
        """Yield every picture once."""
        taken = set[str]()
        for subset, path in self._listed():
            stem = splitext(path)[0]
            taken.add(stem)
            yield self._item(subset, path)
        for name in self._archive:
            inside = name.removeprefix(self.top)
            folder, _, rest = inside.partition("/")
            if name.endswith(".txt") and folder.startswith("obj_") and folder.endswith("_data"):
                if splitext(inside)[0] not in taken:
                    yield self._item(folder[4:-5], inside, bare=True)
            elif ending(name) in ENDINGS and rest and splitext(inside)[0] not in taken:
                taken.add(splitext(inside)[0])
                yield self._item(folder[4:-5], inside)

    def _listed(self) -> Iterator[tuple[str, str]]:
        for subset in self._subsets():
            file = f"{self.top}{subset}.txt"
            if file not in self._archive:
                continue
            for path in lines.listed(self._text(file)):
                place = path.find("obj_")
                if place < 0:
                    raise FileBroken(file=file, reason=f"{told(path)} does not lie in a folder obj_…_data")
                yield subset, path[place:]

    def _subsets(self) -> list[str]:
        """Return what `obj.data` names beside the classes, else what lists there are."""
        file = f"{self.top}obj.data"
        if file not in self._archive:
            return [name.removeprefix(self.top)[:-4] for name in self._archive if self._is_list(name)]
        pairs = (line.partition("=") for line in self._text(file).splitlines())
        return [key.strip() for key, _, _ in pairs if key.strip() not in {"", "classes", "names", "backup"}]

    def _is_list(self, name: str) -> bool:
        return name.endswith(".txt") and "/" not in name.removeprefix(self.top)

    def _item(self, subset: str, path: str, *, bare: bool = False) -> Item:
        """Read one picture's lines; a bare path is that of the lines, and the picture's ending is not known."""
        name = path.partition("/")[2]
        file = f"{self.top}{splitext(path)[0]}.txt"
        shown = splitext(name)[0] if bare else name
        frame = self._job.frames.named(shown, told(file), Frame(number=0, name=shown, subset=_subset(subset)))
        self._once.look(frame)
        picture = None if bare else found(self._archive, self.top + path)
        said = self._archive.read(file, lines.MOST) if file in self._archive else b""
        if not said.strip():
            return Item(frame=frame, picture=picture)
        size = measured(frame, picture or self._job.picture(frame))
        return Item(frame=frame, annotations=lines.read(said, told(file), self._labels, frame, size), picture=picture)

    def _text(self, file: str) -> str:
        return lines.text_of(self._archive.read(file, lines.MOST), file)


def _subset(name: str) -> str:
    return "" if name == SUBSET else name
