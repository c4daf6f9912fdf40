"""What an app asks, and what its actions do with the answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jobyard.workflows.document.markup import Element
from jobyard.workflows.document.record import Action, Condition, Question, Wire

_PLACE = ("Properties", "RuntimeProperties")
_HOLDERS = frozenset({"Tab", "Group", "GroupBox"})
"""Questions that only hold others."""
_MOST = 1_000
COMPUTED, ERROR, DELETED = "UpdateValueFormula", "Error", "DeleteTool"
"""The types of actions whose value a formula computes, that refuse answers, and that take a tool away."""


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
    """Return what answers change. Which answers one takes is drawn as wires from the questions to it."""
    sources = dict[int, list[tuple[str, int]]]()
    for wire in wires:
        if wire.entry == "Question" and wire.origin in asked:
            known = sources.setdefault(wire.target, [])
            known.append((wire.name or f"#{len(known) + 1}", wire.origin))
    found = list[Action]()
    waiting: list[tuple[Element, tuple[Condition, ...]]] = [
        (element, ()) for element in reversed(root.every(*_PLACE, "Actions")[:1])
    ]
    while waiting and len(found) < _MOST:
        element, conditions = waiting.pop()
        if element.name == "Action":
            found.append(_action(element, sources, conditions))
            continue
        for child in reversed(element.children):
            within = conditions
            if element.name == "Condition" and child.name in {"True", "False"}:
                within = (*conditions, _condition(element, sources, holds=child.name == "True"))
            elif element.name == "NoCondition" and child.name == "False":
                continue
            waiting.append((child, within))
    return tuple(found)


def _condition(element: Element, sources: dict[int, list[tuple[str, int]]], *, holds: bool) -> Condition:
    inputs = sources.get(_number(element.value("ToolId")), [])
    return Condition(expression=element.said("Expression").strip(), inputs=tuple(inputs), holds=holds)


def _action(element: Element, sources: dict[int, list[tuple[str, int]]], conditions: tuple[Condition, ...]) -> Action:
    own, type_ = _number(element.value("ToolId")), element.said("Type").strip()
    inputs = sources.get(own, [])
    simple = type_ in {COMPUTED, ERROR, DELETED} or element.said("Mode").strip() in {"", "Simple"}
    return Action(
        id=own,
        type=type_,
        destination=element.said("Destination").strip(),
        replaces=element.said("ReplaceText") if element.flag("Replace") else None,
        expression=element.said("Formula").strip() or element.said("Expression").strip(),
        question=inputs[-1][1] if inputs else None,
        inputs=tuple(inputs),
        conditions=conditions,
        unclear=not simple,
        message=element.said("Description").strip(),
        deletes=_number(element.value("DeleteTool")),
    )


def _number(said: str) -> int:
    said = said.strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 9 else 0
