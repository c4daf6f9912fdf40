"""The labels as the head of a CVAT document lists them."""

from __future__ import annotations

from collections.abc import Iterator

from jobyard.datasets.formats.markup import escaped
from jobyard.datasets.labels import Attribute, Label


def listed(labels: tuple[Label, ...]) -> Iterator[str]:
    """Yield the element of each label; a skeleton's points follow it as labels that name their parent."""
    for label in labels:
        yield _label(label)
        for part in label.parts:
            yield _label(part, label.name)


def _label(label: Label, parent: str = "") -> str:
    attributes = "".join(map(_attribute, label.attributes))
    drawing = f"<svg>{escaped(label.drawing)}</svg>" if label.drawing else ""
    above = f"<parent>{escaped(parent)}</parent>" if parent else ""
    return (
        f"<label><name>{escaped(label.name)}</name><color>{escaped(label.color)}</color>"
        f"<type>{label.kind.value}</type><attributes>{attributes}</attributes>{drawing}{above}</label>\n"
    )


def _attribute(attribute: Attribute) -> str:
    return (
        f"<attribute><name>{escaped(attribute.name)}</name><mutable>{attribute.mutable}</mutable>"
        f"<input_type>{attribute.input.value}</input_type><default_value>{escaped(attribute.default)}</default_value>"
        f"<values>{escaped(chr(10).join(attribute.values))}</values></attribute>"
    )
