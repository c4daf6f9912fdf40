"""A dataset's labels as formats speak of them: by name, by number, by place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jobyard.datasets.formats.speech import told
from jobyard.datasets.labels import Attribute, Label
from jobyard.job.errors import UnknownLabel


class Vocabulary:
    """The labels that may be used. Numbers are the labels' own, places count from 0 in the order given."""

    def __init__(self, labels: Sequence[Label]) -> None:
        self.labels = tuple(labels)
        self._by_name = {label.name: label for label in self.labels}
        self._places = {label.number: place for place, label in enumerate(self.labels)}
        every = [*self.labels, *(part for label in self.labels for part in label.parts)]
        self._by_number = {label.number: label for label in every}
        self._names = {label.number: label.name for label in every}
        self._parts = {label.number: {part.name: part for part in label.parts} for label in self.labels}
        self._attributes = {label.number: {one.name: one for one in label.attributes} for label in every}
        self._said = {one.number: one.name for label in every for one in label.attributes}

    def heard(self, name: str) -> None:
        """Hear of a label that a file lists, whether or not it uses it: it need not be one of these."""

    def named(self, name: str, file: str) -> Label:
        """Return the label of a name. Raises UnknownLabel."""
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownLabel(file=file, name=told(name)) from None

    def part(self, label: int, name: str, file: str) -> Label:
        """Return the part of that name of a skeleton's label. Raises UnknownLabel."""
        try:
            return self._parts[label][name]
        except KeyError:
            raise UnknownLabel(file=file, name=f"{told(self.name(label))} / {told(name)}") from None

    def name(self, number: int) -> str:
        """Return the name of the label of a number."""
        return self._names[number]

    def numbered(self, number: int) -> Label:
        """Return the label, or the part of one, of a number."""
        return self._by_number[number]

    def place(self, number: int) -> int:
        """Return a label's place."""
        return self._places[number]

    def attributes(self, label: int) -> Mapping[str, Attribute]:
        """Return a label's attributes by name."""
        return self._attributes[label]

    def said(self, values: Mapping[int, str]) -> dict[str, str]:
        """Return attribute values by the attributes' names."""
        return {self._said[number]: value for number, value in values.items() if number in self._said}
