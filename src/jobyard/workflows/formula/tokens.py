"""The words of a formula."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from jobyard.workflows.refusals import FormulaWrong

LONGEST = 100_000
"""Characters of one formula."""
_SIGNS = ("&&", "||", "==", "!=", "<>", "<=", ">=", "+", "-", "*", "/", "%", "(", ")", ",", "=", "<", ">", "!")
_DIGITS = frozenset("0123456789")


class Sort(Enum):
    """What kind of word it is."""

    NUMBER = auto()
    TEXT = auto()
    COLUMN = auto()
    NAME = auto()
    SIGN = auto()
    END = auto()


class Token(NamedTuple):
    """One word and where it stands."""

    sort: Sort
    text: str
    at: int


def tokens(formula: str) -> list[Token]:
    """Return the words of a formula, the end among them. Raises FormulaWrong."""
    if len(formula) > LONGEST:
        raise FormulaWrong(reason=f"A formula has at most {LONGEST:,} characters", at=LONGEST)
    return [*_words(formula), Token(Sort.END, "", len(formula))]


def _words(formula: str) -> Iterator[Token]:
    at = 0
    while at < len(formula):
        letter = formula[at]
        if letter.isspace():
            at += 1
        elif formula.startswith(("//", "/*"), at):
            at = _after_comment(formula, at)
        else:
            token, at = _word(formula, at)
            yield token


def _after_comment(formula: str, at: int) -> int:
    closing = "\n" if formula[at + 1] == "/" else "*/"
    end = formula.find(closing, at + 2)
    if end < 0 and closing == "*/":
        raise FormulaWrong(reason="A comment is not closed", at=at + 1)
    return len(formula) if end < 0 else end + len(closing)


def _word(formula: str, at: int) -> tuple[Token, int]:
    letter = formula[at]
    if letter in "'\"[":
        return _enclosed(formula, at)
    if letter in _DIGITS or (letter == "." and formula[at + 1 : at + 2] in _DIGITS):
        end = _after_number(formula, at)
        return Token(Sort.NUMBER, formula[at:end], at), end
    if letter.isalpha() or letter == "_":
        end = at
        while end < len(formula) and (formula[end].isalnum() or formula[end] in "_."):
            end += 1
        return Token(Sort.NAME, formula[at:end], at), end
    for sign in _SIGNS:
        if formula.startswith(sign, at):
            return Token(Sort.SIGN, sign, at), at + len(sign)
    raise FormulaWrong(reason=f"{letter!r} has no meaning here", at=at + 1)


def _enclosed(formula: str, at: int) -> tuple[Token, int]:
    opening = formula[at]
    closing, sort = ("]", Sort.COLUMN) if opening == "[" else (opening, Sort.TEXT)
    end = formula.find(closing, at + 1)
    if end < 0:
        raise FormulaWrong(reason=f"{opening} is not closed", at=at + 1)
    return Token(sort, formula[at + 1 : end], at), end + 1


def _after_number(formula: str, at: int) -> int:
    end = at
    while end < len(formula) and (formula[end] in _DIGITS or formula[end] == "."):
        end += 1
    if formula[end : end + 1] in {"e", "E"}:
        after = end + 2 if formula[end + 1 : end + 2] in {"+", "-"} else end + 1
        if formula[after : after + 1] in _DIGITS:
            end = after
            while end < len(formula) and formula[end] in _DIGITS:
                end += 1
    if formula.count(".", at, end) > 1:
        raise FormulaWrong(reason=f"{formula[at:end][:40]} is no number", at=at + 1)
    return end
