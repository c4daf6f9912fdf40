"""Which labels may be kept: pure checks that name the offender."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from jobyard.datasets.labels import Attribute, Input, Label, LabelKind
from jobyard.job.errors import Invalid, NameTaken
from jobyard.store.text import storable

LABELS_LIMIT = 10_000
"""Labels of one dataset or collection."""
NAME_LIMIT = 200
_PARTS_LIMIT = 1_000
_ATTRIBUTES_LIMIT = 200
_VALUES_LIMIT = 1_000
_VALUE_LIMIT = 1_000
_DRAWING_LIMIT = 256 * 1024
_HEX = frozenset("0123456789abcdefABCDEF")
_CHOSEN = frozenset({Input.SELECT, Input.RADIO})


def nameable(name: str) -> bool:
    """Tell whether a label may be called so."""
    return 1 <= len(name) <= NAME_LIMIT and name.isprintable() and name == name.strip() and storable(name)


def check_labels(labels: Sequence[Label], path: str = "labels") -> None:
    """Raise Invalid naming what is wrong with one of the labels, or NameTaken when two have one name."""
    if len(labels) > LABELS_LIMIT:
        raise Invalid(reason=f"There are at most {LABELS_LIMIT} labels in one dataset.")
    for place, label in enumerate(labels):
        _check(label, f"{path}[{place}]")
    _check_twice("label", (label.name for label in labels))


def _check(label: Label, path: str) -> None:
    if not nameable(label.name):
        _refuse(f"{path}.name", f"A label's name has 1 to {NAME_LIMIT} printable characters and no space at its ends.")
    told = f"The label {label.name}"
    if label.color and not (len(label.color) == 7 and label.color[0] == "#" and _HEX.issuperset(label.color[1:])):
        _refuse(f"{path}.color", f"{told} has a color that is not written as #rrggbb.")
    if len(label.attributes) > _ATTRIBUTES_LIMIT:
        _refuse(f"{path}.attributes", f"{told} has more than {_ATTRIBUTES_LIMIT} attributes.")
    for place, attribute in enumerate(label.attributes):
        _check_attribute(attribute, told, f"{path}.attributes[{place}]")
    _check_twice("attribute", (attribute.name for attribute in label.attributes))
    if len(label.drawing) > _DRAWING_LIMIT or not storable(label.drawing):
        _refuse(f"{path}.drawing", f"{told} has a drawing that is too large or holds a NUL character.")
    if label.kind is LabelKind.SKELETON:
        if not 1 <= len(label.parts) <= _PARTS_LIMIT:
            _refuse(f"{path}.parts", f"{told} is a skeleton and needs 1 to {_PARTS_LIMIT} parts.")
        for place, part in enumerate(label.parts):
            _check_part(part, told, f"{path}.parts[{place}]")
        _check_twice("part", (part.name for part in label.parts))
    elif label.parts:
        _refuse(f"{path}.parts", f"{told} has parts and is no skeleton.")


def _check_part(part: Label, told: str, path: str) -> None:
    if part.kind is not LabelKind.POINTS:
        _refuse(f"{path}.kind", f"{told} has the part {part.name[:NAME_LIMIT]}, which is not of the kind points.")
    _check(part, path)


def _check_attribute(attribute: Attribute, told: str, path: str) -> None:
    if not nameable(attribute.name):
        _refuse(f"{path}.name", f"{told} has an attribute whose name is empty, too long or not printable.")
    told = f"{told} has the attribute {attribute.name}"
    texts = [*attribute.values, attribute.default]
    if len(texts) > _VALUES_LIMIT or not all(len(text) <= _VALUE_LIMIT and storable(text) for text in texts):
        _refuse(f"{path}.values", f"{told} with too many values, or one that is too long.")
    if attribute.input in _CHOSEN and not attribute.values:
        _refuse(f"{path}.values", f"{told} without a value to choose.")
    if attribute.input is Input.NUMBER and not _is_range(attribute.values):
        _refuse(f"{path}.values", f"{told}; a number's values are least, greatest and step.")


def _is_range(values: Sequence[str]) -> bool:
    try:
        least, greatest, step = map(float, values)
    except ValueError:
        return False
    return math.isfinite(least) and math.isfinite(greatest) and least <= greatest and 0 < step < math.inf


def _check_twice(what: str, names: Iterable[str]) -> None:
    seen = set[str]()
    for name in names:
        if name in seen:
            raise NameTaken(what=what, name=name)
        seen.add(name)


def _refuse(path: str, message: str) -> None:
    raise Invalid(reason=message, fields=[{"path": path, "message": message}])
