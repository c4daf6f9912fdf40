"""Which labels a file speaks of, for a collection that has none: it is read once without keeping anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path

from msgspec.structs import replace

from jobyard.datasets.formats.facts import Import
from jobyard.datasets.formats.frames import Frames
from jobyard.datasets.formats.registry import importer
from jobyard.datasets.formats.vocabulary import Vocabulary
from jobyard.datasets.labels import Label, LabelKind
from jobyard.kinds import Context


class Learning(Vocabulary):
    """A vocabulary that takes in whatever is named; attributes it does not know stay unknown."""

    def __init__(self) -> None:
        super().__init__(())
        self._numbers = count(1)
        self._learnt = dict[int, Label]()

    def heard(self, name: str) -> None:
        """Take in a label that is listed."""
        self.named(name, "")

    def named(self, name: str, file: str) -> Label:
        """Return the label of a name, a new one where it is named for the first time."""
        if name not in self._by_name:
            label = Label(number=next(self._numbers), name=name)
            self._by_name[name] = self._by_number[label.number] = self._learnt[label.number] = label
            self._names[label.number], self._attributes[label.number] = name, {}
            self._parts[label.number] = {}
        return self._by_name[name]

    def part(self, label: int, name: str, file: str) -> Label:
        """Return the part of a skeleton's label, which becomes one with the first part."""
        parts = self._parts[label]
        if name not in parts:
            part = Label(number=next(self._numbers), name=name, kind=LabelKind.POINTS)
            parts[name] = self._by_number[part.number] = part
            self._names[part.number], self._attributes[part.number] = name, {}
        return parts[name]

    def learnt(self) -> tuple[Label, ...]:
        """Return the labels that were named, in the order in which they were."""
        return tuple(
            replace(label, kind=LabelKind.SKELETON, parts=tuple(parts.values()))
            if (parts := self._parts[label.number])
            else label
            for label in self._learnt.values()
        )


def learnt(source: Path, format_: str, context: Context) -> tuple[Label, ...]:
    """Return the labels that a file speaks of. Raises what its format raises."""
    words = Learning()
    reading = Import(
        source=source,
        scratch=context.folder,
        vocabulary=words,
        frames=Frames(growing=True),
        done=lambda number: context.progress(0, None, f"looking for labels: {number:,} pictures"),
    )
    for _ in importer(format_).read(reading):
        context.check()
    return words.learnt()


def known(labels: Sequence[Label], numbers: Mapping[int, int]) -> Iterator[Label]:
    """Yield labels with the numbers that the house gave them."""
    for label in labels:
        yield replace(label, number=numbers[label.number], parts=tuple(known(label.parts, numbers)))
