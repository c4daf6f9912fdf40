"""What signs and the words AND, OR, NOT and IN mean.

Nulls follow the original's table: a null equals a null and nothing else, nothing is greater or less than one, a number
added to one is null, a text added to one is the text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import polars as pl

from jobyard.workflows.formula.bound import Bound, Chooser, Function
from jobyard.workflows.formula.kinds import DATED, Kind
from jobyard.workflows.formula.signatures import alike, anything, fixed

_Given = Sequence[pl.Expr]
_Known = Sequence[Any]
_NUMBER, _BOOL, _TEXT = Kind.NUMBER, Kind.BOOL, Kind.TEXT
_TWO = fixed(_NUMBER, _NUMBER, gives=_NUMBER)


def divided(left: float, right: float) -> float | None:
    """Return a quotient, or null where it is divided by zero."""
    return left / right if right else None


def remainder(left: float, right: float) -> int | None:
    """Return what whole numbers leave over, with the sign of the first, or null where it is divided by zero."""
    return int(math.fmod(int(left), int(right))) if int(right) else None


def _remainder_column(given: _Given, known: _Known) -> pl.Expr:
    left, right = (one.cast(pl.Int64, strict=False) for one in given)
    whole = left.abs() % pl.when(right == 0).then(None).otherwise(right.abs())
    return pl.when(left < 0).then(-whole).otherwise(whole)


def _negative_zero(value: float) -> float:
    return -value


ADD = Function("+", _TWO, lambda left, right: left + right, lambda given, known: given[0] + given[1])
JOIN = Function(
    "+",
    fixed(_TEXT, _TEXT, gives=_TEXT),
    lambda left, right: None if left is None and right is None else (left or "") + (right or ""),
    lambda given, known: _joined(given),
    sees_null=True,
)


def _joined(given: _Given) -> pl.Expr:
    left, right = given
    both = pl.concat_str([left.fill_null(""), right.fill_null("")])
    return pl.when(left.is_null() & right.is_null()).then(None).otherwise(both)


def _plus(arguments: Sequence[Bound]) -> Function:
    kinds = {argument.kind for argument in arguments}
    if kinds == {Kind.NOTHING}:
        return Function("+", anything(Kind.NOTHING, 2, 2), lambda left, right: None)
    texts = Kind.TEXT in kinds or (Kind.NOTHING in kinds and kinds & DATED)
    return _TEXT_JOIN if texts and len(arguments) == 2 else ADD


def _text_kinds(given: Sequence[Kind]) -> tuple[list[Kind], Kind]:
    """Everything may be joined to a text, numbers as they are written."""
    if Kind.BLOB in given:
        raise ValueError("a blob cannot be joined to a text")
    return [Kind.TEXT] * len(given), Kind.TEXT


_TEXT_JOIN = Function("+", _text_kinds, JOIN.row, JOIN.column, sees_null=True)


def _less(left: Any, right: Any) -> bool:
    return left is not None and right is not None and left < right


def _least(left: Any, right: Any) -> bool:
    return left == right or _less(left, right)


def _compare(name: str, row: Any, column: Any) -> Function:
    return Function(name, alike(_BOOL, 2, 2), row, column, sees_null=True)


def _false(column: pl.Expr) -> pl.Expr:
    return column.fill_null(value=False)


def _both_null(given: _Given) -> pl.Expr:
    return given[0].is_null() & given[1].is_null()


def _truths(least: int, most: int) -> Any:
    return fixed(*[_BOOL] * most, gives=_BOOL, least=least)


def _listed(given: _Given, known: _Known) -> pl.Expr:
    found = given[0].eq_missing(given[1])
    for other in given[2:]:
        found |= given[0].eq_missing(other)
    return found


FUNCTIONS: dict[str, Function | Chooser] = {
    "+": _plus,
    "-": Function("-", _TWO, lambda left, right: left - right, lambda given, known: given[0] - given[1]),
    "*": Function("*", _TWO, lambda left, right: left * right, lambda given, known: given[0] * given[1]),
    "/": Function(
        "/",
        _TWO,
        divided,
        lambda given, known: given[0] / pl.when(given[1] == 0).then(None).otherwise(given[1]),
    ),
    "%": Function("%", fixed(_NUMBER, _NUMBER, gives=Kind.INTEGER), remainder, _remainder_column),
    "negative": Function("-", fixed(_NUMBER, gives=_NUMBER), _negative_zero, lambda given, known: -given[0]),
    "=": _compare("=", lambda left, right: left == right, lambda given, known: given[0].eq_missing(given[1])),
    "!=": _compare("!=", lambda left, right: left != right, lambda given, known: given[0].ne_missing(given[1])),
    "<": _compare("<", _less, lambda given, known: _false(given[0] < given[1])),
    ">": _compare(">", lambda left, right: _less(right, left), lambda given, known: _false(given[0] > given[1])),
    "<=": _compare("<=", _least, lambda given, known: _false(given[0] <= given[1]) | _both_null(given)),
    ">=": _compare(
        ">=",
        lambda left, right: _least(right, left),
        lambda given, known: _false(given[0] >= given[1]) | _both_null(given),
    ),
    "AND": Function(
        "AND",
        _truths(2, 2),
        lambda left, right: bool(left) and bool(right),
        lambda given, known: _false(given[0]) & _false(given[1]),
        sees_null=True,
    ),
    "OR": Function(
        "OR",
        _truths(2, 2),
        lambda left, right: bool(left) or bool(right),
        lambda given, known: _false(given[0]) | _false(given[1]),
        sees_null=True,
    ),
    "NOT": Function(
        "NOT", _truths(1, 1), lambda value: not value, lambda given, known: ~_false(given[0]), sees_null=True
    ),
    "IN": Function(
        "IN",
        alike(_BOOL, 2),
        lambda value, *listed: any(value == other for other in listed),
        _listed,
        sees_null=True,
    ),
}
