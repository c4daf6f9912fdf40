"""Ultralytics YOLO Detection 1.0: `data.yaml`, a list for each subset, `images/<subset>/` and `labels/<subset>/`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from posixpath import splitext
from tempfile import TemporaryFile
from typing import IO, Any

import msgspec

from jobyard.datasets.formats.archive.reading import Archive
from jobyard.datasets.formats.archive.writing import ArchiveWriter
from jobyard.datasets.formats.facts import Export, Import, Item
from jobyard.datasets.formats.frames import Frame, Once
from jobyard.datasets.formats.pictures import ENDINGS, add_picture, ending, found, measured
from jobyard.datasets.formats.signs import ULTRALYTICS, foreign
from jobyard.datasets.formats.speech import told, whole
from jobyard.datasets.formats.yolo import lines
from jobyard.datasets.labels import Label
from jobyard.job.errors import FileBroken

SUBSET = "train"
CARD = "data.yaml"
_MOST_CARD = 1 << 22


def write(export: Export) -> None:
    """Write upright rectangles; the rest is counted."""
    with ArchiveWriter(export.target, export.scratch) as archive, ExitStack() as stack:
        lists = dict[str, IO[bytes]]()
        for number, item in enumerate(export.items, 1):
            subset = item.frame.subset or SUBSET
            if subset not in lists:
                lists[subset] = stack.enter_context(TemporaryFile(dir=export.scratch))
            name = f"{subset}/{item.frame.name}"
            lists[subset].write(f"./images/{name}\n".encode())
            archive.add(f"labels/{splitext(name)[0]}.txt", lines.written(export, item))
            add_picture(archive, export, item, f"images/{name}")
            export.done(number)
        archive.add(CARD, _card(export, list(lists) or [SUBSET]).encode())
        for subset, file in lists.items():
            file.seek(0)
            archive.add_stream(f"{subset}.txt", file)


def _card(export: Export, subsets: list[str]) -> str:
    """Return the card. A JSON text is a YAML text too, so names are written as such."""
    paths = "".join(f"{_quoted(subset)}: {_quoted(f'{subset}.txt')}\n" for subset in subsets)
    names = "".join(f"  {place}: {_quoted(label.name)}\n" for place, label in enumerate(export.vocabulary.labels))
    return f"path: ./\n{paths}\nnames:{names and chr(10)}{names or ' {}'}\n"


def _quoted(text: str) -> str:
    plain = text.isascii() and text.replace("_", "").replace(".", "").isalnum() and text[0].isalpha()
    is_word = plain and text.lower() not in {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
    return text if is_word else msgspec.json.encode(text).decode()


def read(job: Import) -> Iterator[Item]:
    """Yield each picture of the lists, then those that are only there or only have lines."""
    with Archive(job.source, job.limits) as archive:
        reading, done = _Reading(job, archive), 0
        for done, item in enumerate(reading.items(), 1):
            yield item
            job.done(done)
        if not done:
            lines.check_nothing(archive, reading.top, ULTRALYTICS, "in a folder images or labels")


class _Reading:
    """One archive on its way in."""

    def __init__(self, job: Import, archive: Archive) -> None:
        self._job = job
        self._archive = archive
        cards = [name for name in archive if name.rpartition("/")[2] == CARD]
        if not cards:
            raise foreign(archive, ULTRALYTICS, f"it holds no {CARD}")
        if len(cards) > 1:
            raise FileBroken(file=CARD, reason=f"there are {len(cards)} of them in the archive, and 1 is wanted")
        self._file = cards[0]
        self.top = cards[0].removesuffix(CARD)
        self._card = self._loaded()
        self._labels: list[Label] = lines.used(job, self._names(), told(self._file))
        self._once = Once("the archive")

    def items(self) -> Iterator[Item]:
        """Yield every picture once."""
        taken = set[str]()
        for path in self._listed():
            stem = splitext(path)[0]
            if stem in taken:
                raise FileBroken(file="the archive", reason=f"{told(path)} is listed twice")
            taken.add(stem)
            yield self._item(path)
        for folder in ("images", "labels"):
            start = f"{self.top}{folder}/"
            for name in self._archive:
                path = name.removeprefix(start)
                known = path is not name and path != name and splitext(path)[0] not in taken
                if known and (ending(name) in ENDINGS if folder == "images" else ending(name) == "txt"):
                    taken.add(splitext(path)[0])
                    yield self._item(path, bare=folder == "labels")

    def _listed(self) -> Iterator[str]:
        for key, value in self._card.items():
            for place in value if isinstance(value, list) else [value]:
                file = f"{self.top}{str(place).removeprefix('./')}"
                if key in {"path", "names", "nc"} or not file.endswith(".txt") or file not in self._archive:
                    continue
                for path in lines.listed(self._text(file)):
                    _, folder, rest = f"/{path}".partition("/images/")
                    if not folder:
                        raise FileBroken(file=told(file), reason=f"{told(path)} does not lie in a folder images")
                    yield rest

    def _item(self, path: str, *, bare: bool = False) -> Item:
        """Read one picture's lines; a bare path is that of the lines, and the picture's ending is not known."""
        subset, slash, rest = path.partition("/")
        subset, name = (subset, rest) if slash else ("", path)
        file = f"{self.top}labels/{splitext(path)[0]}.txt"
        shown = splitext(name)[0] if bare else name
        heard = Frame(number=0, name=shown, subset="" if subset == SUBSET else subset)
        frame = self._job.frames.named(shown, told(file), heard)
        self._once.look(frame)
        picture = None if bare else found(self._archive, f"{self.top}images/{path}")
        said = self._archive.read(file, lines.MOST) if file in self._archive else b""
        if not said.strip():
            return Item(frame=frame, picture=picture)
        size = measured(frame, picture or self._job.picture(frame))
        return Item(frame=frame, annotations=lines.read(said, told(file), self._labels, frame, size), picture=picture)

    def _loaded(self) -> dict[str, Any]:
        import yaml

        try:
            card = yaml.safe_load(lines.text_of(self._archive.read(self._file, _MOST_CARD), self._file))
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            raise FileBroken(file=told(self._file), reason=f"it is no YAML: {told(str(error))}") from None
        if not isinstance(card, dict):
            raise FileBroken(file=told(self._file), reason="it holds no names")
        return card

    def _names(self) -> list[str]:
        names, file = self._card.get("names"), told(self._file)
        if isinstance(names, dict):
            places = {whole(place, file, "a class"): name for place, name in names.items()}
            if sorted(places) != list(range(len(places))):
                raise FileBroken(file=file, reason="its classes do not count from 0")
            names = [places[place] for place in range(len(places))]
        if not isinstance(names, list):
            raise FileBroken(file=file, reason="it holds no names")
        return [str(name) for name in names]

    def _text(self, file: str) -> str:
        return lines.text_of(self._archive.read(file, lines.MOST), file)
