"""Labels as they are stored: one row each, parts pointing to their skeleton, attributes beside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b

import msgspec
from msgspec.structs import replace

from jobyard.datasets.labels import Attribute, Label, LabelKind
from jobyard.datasets.record import Dataset, LabelUse
from jobyard.datasets.tables.statements import QUERIES, Line, take
from jobyard.store.contract import Row, Transaction, View

_ATTRIBUTES = msgspec.json.Decoder(tuple[Attribute, ...])


def home(dataset: Dataset) -> str:
    """Return the id of what the labels of a dataset belong to: its collection or itself."""
    return dataset.collection or dataset.id


def read(view: View, home_: str) -> list[Label]:
    """Return the labels of a home in their order, with their parts."""
    rows = view.rows(QUERIES["labels"], {"home": home_})
    parts = dict[int, list[Label]]()
    for row in rows:
        if row[1]:
            parts.setdefault(row[1], []).append(_label(row, ()))
    return [_label(row, tuple(parts.get(row[0], ()))) for row in rows if not row[1]]


def insert(transaction: Transaction, home_: str, made: Iterable[Label], place: int) -> list[Label]:
    """Write new labels of a home, placed from `place` on; return them with their numbers and colors."""
    labels = list(made)
    numbers = iter(take(transaction, Line.LABELS, sum(map(_size, labels))))
    numbered = [_numbered(label, numbers) for label in labels]
    rows = [row for at, label in enumerate(numbered, place) for row in _rows(home_, label, 0, at)]
    transaction.run_many(QUERIES["insert_label"], rows)
    return numbered


def update(transaction: Transaction, home_: str, before: Mapping[int, Label], changed: Mapping[int, Label]) -> None:
    """Write labels anew; `before` are all of the home. Parts that are left out go, new parts and attributes come."""
    # A name that moves from one label to another would stand twice for a moment.
    renamed = [label for number, label in changed.items() if label.name != before[number].name]
    renamed += [
        part
        for number, label in changed.items()
        for part in label.parts
        if part.number and part.name not in {old.name for old in before[number].parts if old.number == part.number}
    ]
    aside = [{"number": label.number, "name": f"\n{label.number}"} for label in renamed]
    transaction.run_many(QUERIES["rename_aside"], aside)
    places = {number: place for place, number in enumerate(before)}
    for number, label in changed.items():
        kept = {part.number for part in label.parts}
        for part in before[number].parts:
            if part.number not in kept:
                transaction.run(QUERIES["delete_label"], {"home": home_, "number": part.number})
        whole = _numbered(label, iter(take(transaction, Line.LABELS, _size(label))))
        old = {part.number for part in before[number].parts}
        for row in _rows(home_, whole, 0, places[number]):
            known = row["number"] == number or row["number"] in old
            transaction.run(QUERIES["update_label" if known else "insert_label"], row)


def delete(transaction: Transaction, home_: str, number: int) -> None:
    """Forget a label and its parts."""
    transaction.run(QUERIES["delete_label"], {"home": home_, "number": number})


def drop(transaction: Transaction, home_: str) -> None:
    """Forget all labels of a home."""
    transaction.run(QUERIES["drop_labels"], {"home": home_})


def uses(view: View, dataset: Dataset) -> list[LabelUse]:
    """Return how often each label of a dataset is carried, in the order of the labels."""
    counts = {label: (samples, uses_) for label, samples, uses_ in _counts(view, dataset.number)}
    return [
        LabelUse(label=label, samples=counts.get(label.number, (0, 0))[0], uses=counts.get(label.number, (0, 0))[1])
        for label in read(view, home(dataset))
    ]


def rehome(transaction: Transaction, old: str, home_: str) -> None:
    """Make the labels of one home those of another one."""
    transaction.run(QUERIES["rehome_labels"], {"old": old, "home": home_})


def renumber(transaction: Transaction, dataset: int, numbers: Mapping[int, int | None]) -> None:
    """Count what was counted of labels of a dataset as that of others; what has none was never in use."""
    for old, new in numbers.items():
        if new is None:
            transaction.run(QUERIES["drop_count"], {"dataset": dataset, "label": old})
        else:
            for name in ("renumber_counts", "renumber_carried"):
                transaction.run(QUERIES[name], {"dataset": dataset, "old": old, "new": new})


def chosen_color(name: str) -> str:
    """Return a color for a label of this name: always the same, never very dark nor very pale."""
    mixed = blake2b(name.encode("utf-8", "replace"), digest_size=3).digest()
    return "#" + "".join(f"{48 + part * 160 // 255:02x}" for part in mixed)


def _counts(view: View, dataset: int) -> list[Row]:
    return view.rows(QUERIES["counts"], {"dataset": dataset})


def _label(row: Row, parts: tuple[Label, ...]) -> Label:
    number, _, name, kind, color, drawing, attributes = row
    return Label(
        number=number,
        name=name,
        color=color,
        kind=LabelKind(kind),
        attributes=_ATTRIBUTES.decode(attributes),
        parts=parts,
        drawing=drawing,
    )


def _size(label: Label) -> int:
    """Return how many numbers a label needs with its attributes and parts."""
    new = sum(not attribute.number for attribute in label.attributes)
    return new + (not label.number) + sum(map(_size, label.parts))


def _numbered(label: Label, numbers: Iterable[int]) -> Label:
    following = iter(numbers)
    return replace(
        label,
        number=label.number or next(following),
        color=(label.color or chosen_color(label.name)).lower(),
        attributes=tuple(
            attribute if attribute.number else replace(attribute, number=next(following))
            for attribute in label.attributes
        ),
        parts=tuple(_numbered(part, following) for part in label.parts),
    )


def _rows(home_: str, label: Label, parent: int, place: int) -> list[dict[str, object]]:
    own: dict[str, object] = {
        "number": label.number,
        "home": home_,
        "parent": parent,
        "place": place,
        "name": label.name,
        "kind": label.kind.value,
        "color": label.color,
        "drawing": label.drawing,
        "attributes": msgspec.json.encode(label.attributes).decode(),
    }
    return [own, *(row for at, part in enumerate(label.parts) for row in _rows(home_, part, label.number, at))]
