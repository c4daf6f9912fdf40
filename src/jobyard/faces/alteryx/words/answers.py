"""What clients say to run a workflow: answers as a list of pairs or by name, priorities as words or numbers."""

from __future__ import annotations

from typing import Any

import msgspec

from jobyard.faces.alteryx import taking
from jobyard.faces.alteryx.wire.jobs import AnswerIn
from jobyard.faces.alteryx.words.jobs import FIRST_PRIORITIES, Priority

_MOST = 500


def answers(told: list[AnswerIn] | dict[str, Any] | str | None) -> dict[str, str]:
    """Return the answers by the questions' names; a form says them as JSON. Raises Invalid."""
    if isinstance(told, str):
        told = _decoded(told)
    pairs = [(one.name, one.value) for one in told] if isinstance(told, list) else list((told or {}).items())
    if len(pairs) > _MOST:
        raise taking.wrong("questions", f"At most {_MOST} questions are answered at once.")
    found: dict[str, str] = {}
    for name, value in pairs:
        if not name or len(name) > 200:
            raise taking.wrong("questions", "A question has a name of 1 to 200 characters.")
        if name in found:
            raise taking.wrong("questions", f"The question {name!r} is answered twice.")
        found[name] = _text(name, value)
    return found


def run_priority(told: str | int | None) -> Priority:
    """Return the priority that is said. Raises Invalid."""
    if told is None or told == "":
        return Priority.DEFAULT
    if isinstance(told, int) or (told.isascii() and told.isdecimal() and len(told) == 1):
        number = int(told)
        if 0 <= number < len(FIRST_PRIORITIES):
            return FIRST_PRIORITIES[number]
        raise taking.wrong("priority", "As a number, a priority is 0, 1, 2 or 3.")
    return taking.picked("priority", told, Priority)


def _decoded(text: str) -> list[AnswerIn] | dict[str, Any] | None:
    if not text.strip():
        return None
    try:
        return msgspec.json.decode(text, type=list[AnswerIn] | dict[str, Any] | None)
    except msgspec.ValidationError as error:
        raise taking.misfit(error) from None
    except (msgspec.DecodeError, RecursionError):
        raise taking.wrong("questions", "In a form, answers are said as JSON.") from None


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (str, int, float)):
        return str(value)
    if isinstance(value, list) and all(isinstance(one, (str, int, float)) for one in value):
        return ",".join(str(one) for one in value)
    raise taking.wrong("questions", f"The answer to {name!r} is neither a text nor a number nor a list of such.")
