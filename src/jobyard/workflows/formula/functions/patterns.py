"""Regular expressions of formulas and tools. They run on RE2, whose time grows with the text alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import re2

from jobyard.workflows.formula.bound import Bound, Chooser, Constant, Function
from jobyard.workflows.formula.kinds import Kind
from jobyard.workflows.formula.signatures import fixed

LONGEST = 10_000
"""Characters of one pattern."""


@lru_cache(maxsize=256)
def compiled(pattern: str, *, ignores_case: bool) -> Any:
    """Return a pattern ready to use. Raises ValueError with what is wrong, or not possible in linear time."""
    if len(pattern) > LONGEST:
        raise ValueError(f"a pattern has at most {LONGEST:,} characters")
    options = re2.Options()
    options.case_sensitive = not ignores_case
    options.log_errors = False
    options.max_mem = 16 << 20
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        said = error.args[0] if error.args else error
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise ValueError(f"the pattern {pattern[:100]!r} is not one that is run here: {text}") from None


def template(replacement: str) -> list[str | int]:
    """Return a replacement in pieces: texts, and the numbers of groups for `$1`, `${1}` and the whole for `$0`."""
    pieces: list[str | int] = []
    at = 0
    while at < len(replacement):
        dollar = replacement.find("$", at)
        if dollar < 0:
            pieces.append(replacement[at:])
            break
        pieces.append(replacement[at:dollar])
        braced = replacement[dollar + 1 : dollar + 2] == "{"
        start = end = dollar + 1 + braced
        while end < len(replacement) and end < start + 2 and replacement[end] in "0123456789":
            end += 1
        if end > start and (not braced or replacement[end : end + 1] == "}"):
            pieces.append(int(replacement[start:end]))
            at = end + braced
        else:
            at = dollar + 2 if replacement[dollar + 1 : dollar + 2] == "$" else dollar + 1
            pieces.append("$")
    return [piece for piece in pieces if piece != ""]


def replaced(text: str, pattern: str, replacement: str, *, ignores_case: bool, keeps_rest: bool = True) -> str:
    """Return a text with every match replaced; without `keeps_rest` only what came in their places."""
    pieces = template(replacement)
    found, end = list[str](), 0
    for match in compiled(pattern, ignores_case=ignores_case).finditer(text):
        if keeps_rest:
            found.append(text[end : match.start()])
        found += [piece if isinstance(piece, str) else _group(match, piece) for piece in pieces]
        end = match.end()
    return "".join([*found, text[end:]] if keeps_rest else found)


def _group(match: Any, number: int) -> str:
    return match.group(number) or "" if number <= match.re.groups else ""


def _matches(text: str | None, pattern: str | None, ignores_case: float | None = 1) -> bool:
    if text is None or pattern is None:
        return False
    return compiled(pattern, ignores_case=bool(ignores_case)).fullmatch(text) is not None


def _counted(text: str, pattern: str, ignores_case: float = 1) -> int:
    return sum(1 for _ in compiled(pattern, ignores_case=bool(ignores_case)).finditer(text))


def _replaced(text: str | None, pattern: str | None, new: str | None, ignores_case: float | None = 1) -> str | None:
    """Return a text with its matches replaced; a null stands for nothing where it is what they are replaced by."""
    if text is None or pattern is None or ignores_case is None:
        return None
    return replaced(text, pattern, new or "", ignores_case=bool(ignores_case))


_TEXT, _NUMBER = Kind.TEXT, Kind.NUMBER


def _checked(function: Function) -> Chooser:
    """Look at a pattern that stands in the formula before anything runs."""

    def choose(arguments: Sequence[Bound]) -> Function:
        pattern = arguments[1] if len(arguments) > 1 else None
        if isinstance(pattern, Constant) and isinstance(pattern.value, str):
            compiled(pattern.value, ignores_case=True)
        return function

    return choose


FUNCTIONS: dict[str, Function | Chooser] = {
    "REGEX_MATCH": _checked(
        Function("REGEX_Match", fixed(_TEXT, _TEXT, _NUMBER, gives=Kind.BOOL, least=2), _matches, sees_null=True)
    ),
    "REGEX_COUNTMATCHES": _checked(
        Function("REGEX_CountMatches", fixed(_TEXT, _TEXT, _NUMBER, gives=Kind.INTEGER, least=2), _counted)
    ),
    "REGEX_REPLACE": _checked(
        Function("REGEX_Replace", fixed(_TEXT, _TEXT, _TEXT, _NUMBER, gives=_TEXT, least=3), _replaced, sees_null=True)
    ),
}
