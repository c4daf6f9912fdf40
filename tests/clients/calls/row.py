"""One call of a table, and what an answer lacks."""

from __future__ import annotations

from typing import Any, NamedTuple

Said = tuple[str, dict[str, Any]]
"""An action and its body. `$` and a word stand for the id of something that is there, such as `$task`."""


class Row(NamedTuple):
    """A call. In what is expected a type stands for any value of it; fields that are not named may hold anything."""

    says: dict[str, Any]
    answers: dict[str, Any] | None = None
    then: tuple[tuple[Said, dict[str, Any]], ...] = ()
    """What is asked afterwards, and what that must answer: what the call has written."""
    first: tuple[Said, ...] = ()
    """What is done beforehand."""
    lines: bool = False
    """Whether it is said as an object a line."""


def after(action_name: str, expected: dict[str, Any], /, **body: Any) -> tuple[tuple[Said, dict[str, Any]], ...]:
    """Return one question about what a call has written."""
    return (((action_name, body), expected),)


def task(expected: dict[str, Any], which: str = "$task") -> tuple[tuple[Said, dict[str, Any]], ...]:
    """Return the question what a task is now."""
    return after("tasks.get_by_id", {"task": expected}, task=which)


def lacks(expected: Any, found: Any, where: str = "") -> list[str]:
    """Return what was expected and is not so."""
    if isinstance(expected, type):
        fits = isinstance(found, expected) and (expected is bool or not isinstance(found, bool))
        return [] if fits else [f"{where} is {found!r}, which is no {expected.__name__}"]
    if isinstance(expected, dict) and isinstance(found, dict):
        wrong = [f"{where}.{name} is missing" for name in expected if name not in found]
        return wrong + [
            one for name in expected if name in found for one in lacks(expected[name], found[name], f"{where}.{name}")
        ]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(expected, found, strict=True))
        return [one for at, (wanted, there) in pairs for one in lacks(wanted, there, f"{where}[{at}]")]
    return [] if expected == found else [f"{where} is {found!r}, not {expected!r}"]
