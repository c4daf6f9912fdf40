"""What an app asks, and what its actions do with the answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jobyard.workflows.document.markup import Element
from jobyard.workflows.document.record import Action, Question, Wire

_PLACE = ("Properties", "RuntimeProperties")
_HOLDERS = frozenset({"Tab", "Group", "GroupBox"})
"""Questions that only hold others."""
_MOST = 1_000
COMPUTED = "UpdateValueFormula"
"""The type of an action whose value a formula computes of answers."""


def questions(root: Element) -> tuple[Question, ...]:
    """Return what is asked, in its order; tabs and groups give way to what they hold."""
    found: list[Question] = []
    waiting = list(reversed(root.every(*_PLACE, "Questions", "Question")))
    while waiting and len(found) < _MOST:
        asked = waiting.pop()
        type_ = asked.said("Type").strip()
        if type_ not in _HOLDERS:
            found.append(_question(asked, type_))
        waiting += reversed(asked.every("Questions", "Question"))
    return tuple(found)


def _question(asked: Element, type_: str) -> Question:
    return Question(
        id=_number(asked.value("ToolId")),
        type=type_,
        name=asked.said("Name").strip(),
        description=asked.said("Description").strip(),
        default=asked.value("Default"),
        multiple=asked.flag("Multiple"),
        items=tuple(_items(asked)),
    )


def _items(asked: Element) -> Iterator[tuple[str, str]]:
    """Yield what may be chosen; a list written by hand has lines of `name:value`."""
    for line in (asked.said("Manual_Values") or asked.said("ManualValues")).splitlines():
        name, _, value = line.strip().partition(":")
        if name:
            yield name.strip(), (value or name).strip()
    for item in asked.every("Items", "Item"):
        name = item.attributes.get("name", item.text.strip())
        yield name, item.attributes.get("value", name)


def actions(root: Element, asked: set[int], wires: Iterable[Wire]) -> tuple[Action, ...]:
    """Return what answers change. Which answer an action takes is drawn as a wire from the question to it."""
    sources = dict[int, list[tuple[str, int]]]()
    for wire in wires:
        if wire.entry == "Question" and wire.origin in asked:
            sources.setdefault(wire.target, []).append((wire.name, wire.origin))
    found = list[Action]()
    waiting = [(element, False) for element in reversed(root.every(*_PLACE, "Actions")[:1])]
    while waiting and len(found) < _MOST:
        element, conditional = waiting.pop()
        if element.name == "Action":
            found.append(_action(element, sources, conditional=conditional))
            continue
        within = conditional or element.name in {"Condition", "False"}
        waiting += [(child, within) for child in reversed(element.children)]
    return tuple(found)


def _action(element: Element, sources: dict[int, list[tuple[str, int]]], *, conditional: bool) -> Action:
    own, type_ = _number(element.value("ToolId")), element.said("Type").strip()
    inputs = sources.get(own, [])
    simple = type_ == COMPUTED or element.said("Mode").strip() in {"", "Simple"}
    return Action(
        id=own,
        type=type_,
        destination=element.said("Destination").strip(),
        replaces=element.said("ReplaceText") if element.flag("Replace") else None,
        expression=element.said("Formula").strip() or element.said("Expression").strip(),
        question=inputs[-1][1] if inputs else None,
        inputs=tuple((name or f"#{turn}", origin) for turn, (name, origin) in enumerate(inputs, start=1)),
        conditional=conditional or not simple,
    )


def _number(said: str) -> int:
    said = said.strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 9 else 0
