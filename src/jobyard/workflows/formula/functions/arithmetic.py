"""Functions on numbers. What is not defined for a number, such as a root of -1, is null."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import fmean, median
from typing import Any

import numpy as np
import polars as pl

from jobyard.workflows.formula.bound import Chooser, Function
from jobyard.workflows.formula.functions.operators import remainder
from jobyard.workflows.formula.kinds import Kind
from jobyard.workflows.formula.signatures import alike, can_become, fixed, united

_Given = Sequence[pl.Expr]
_Known = Sequence[Any]
_NUMBER, _WHOLE = Kind.NUMBER, Kind.INTEGER
_ONE = fixed(_NUMBER, gives=_NUMBER)
_TWO = fixed(_NUMBER, _NUMBER, gives=_NUMBER)
_MANY = fixed(_NUMBER, gives=_NUMBER, least=1, more=True)
_BITS = 1 << 64
_SHIFTS = 64
_LARGEST_FACTORIAL = 170


def rounded(value: float, step: float) -> float | None:
    """Return the multiple of `step` that is nearest, halves away from zero."""
    if not step:
        return None
    scaled = value / step
    # A hair is added, since 1.005 / 0.01 is a little less than 100.5 in doubles.
    nearest = math.floor(abs(scaled) + 0.5 + 1e-9) if abs(scaled) < 1e15 else abs(scaled)
    inverse = round(1 / step) if abs(step) < 1 else 0
    exact = inverse and abs(1 / step - inverse) < 1e-9 * inverse
    return math.copysign(nearest / inverse if exact else nearest * abs(step), scaled) + 0.0


def _rounded_column(given: _Given, known: _Known) -> pl.Expr | None:
    step = known[1]
    if not isinstance(step, int | float) or not step:
        return None
    scaled = given[0] / step
    nearest = pl.when(scaled.abs() < 1e15).then((scaled.abs() + 0.5 + 1e-9).floor()).otherwise(scaled.abs())
    inverse = round(1 / step) if abs(step) < 1 else 0
    exact = inverse and abs(1 / step - inverse) < 1e-9 * inverse
    size = nearest / inverse if exact else nearest * abs(step)
    return pl.when(scaled < 0).then(-size).otherwise(size) + 0.0


def finite(compute: Callable[..., float]) -> Callable[..., float | None]:
    """Return a function that gives null where the other one is not defined."""

    def row(*given: float) -> float | None:
        try:
            found = compute(*given)
        except (ValueError, OverflowError, ZeroDivisionError):
            return None
        return None if isinstance(found, complex) or not math.isfinite(found) else found

    return row


def _finite_column(compute: Callable[[_Given], pl.Expr]) -> Callable[[_Given, _Known], pl.Expr]:
    def column(given: _Given, known: _Known) -> pl.Expr:
        found = compute(given)
        return pl.when(found.is_finite()).then(found)

    return column


def _plain(
    name: str, row: Callable[..., float], column: Callable[[_Given], pl.Expr], signature: Any = _ONE
) -> Function:
    return Function(name, signature, finite(row), _finite_column(column))


def _whole(name: str, row: Callable[..., int], takes: int = 2) -> Function:
    """Return a function on the bits of whole numbers."""

    def computed(*given: float) -> int:
        found = row(*(int(one) for one in given)) % _BITS
        return found - _BITS if found >= _BITS >> 1 else found

    return Function(name, fixed(*[_NUMBER] * takes, gives=_WHOLE), computed)


def _shifted(value: int, places: int) -> int:
    if abs(places) >= _SHIFTS:
        return 0
    return value << places if places >= 0 else value >> -places


def _extreme(name: str, choose: Callable[..., Any], column: Callable[..., pl.Expr]) -> Function:
    return Function(name, alike(None, 1), lambda *given: choose(given), lambda given, known: _strict(column, given))


def _strict(column: Callable[..., pl.Expr], given: _Given) -> pl.Expr:
    """Let one null make null of all, which polars would pass over."""
    return pl.when(pl.all_horizontal(*(one.is_not_null() for one in given))).then(column(*given))


def _place(name: str, choose: Callable[..., Any]) -> Function:
    return Function(name, alike(_WHOLE, 1), lambda *given: given.index(choose(given)))


def _top_place(number: float, *given: Any) -> int:
    """Return where the value stands that so many are above; the first one of equals, and -1 for too many."""
    order = sorted(range(len(given)), key=lambda at: given[at], reverse=True)
    return order[int(number)] if 0 <= int(number) < len(order) else -1


def _picked(given: Sequence[Kind]) -> tuple[list[Kind], Kind]:
    if len(given) < 2:
        raise ValueError(f"it takes 2 or more arguments, not {len(given)}")
    if not can_become(given[0], _NUMBER):
        raise ValueError(f"its argument 1 is {given[0]}, and {_NUMBER} is wanted")
    kind = united(given[1:])
    return [_NUMBER, *[kind] * (len(given) - 1)], kind


def _value(number: float | None, *given: Any) -> Any:
    return given[int(number)] if number is not None and 0 <= int(number) < len(given) else None


def _bound(value: float, least: float, most: float) -> float:
    return min(max(value, least), most)


def _random() -> float:
    return float(np.random.default_rng().random())


def _random_whole(most: float) -> int:
    return int(np.random.default_rng().integers(0, max(0, int(most)) + 1))


FUNCTIONS: dict[str, Function | Chooser] = {
    "ABS": Function("Abs", _ONE, abs, lambda given, known: given[0].abs()),
    "CEIL": _plain("Ceil", math.ceil, lambda given: given[0].ceil()),
    "FLOOR": _plain("Floor", math.floor, lambda given: given[0].floor()),
    "ROUND": Function("Round", _TWO, rounded, _rounded_column),
    "SQRT": _plain("Sqrt", math.sqrt, lambda given: given[0].sqrt()),
    "EXP": _plain("Exp", math.exp, lambda given: given[0].exp()),
    "LOG": _plain("Log", math.log, lambda given: given[0].log()),
    "LOG10": _plain("Log10", math.log10, lambda given: given[0].log10()),
    "POW": _plain("Pow", math.pow, lambda given: given[0] ** given[1], _TWO),
    "SIN": _plain("Sin", math.sin, lambda given: given[0].sin()),
    "COS": _plain("Cos", math.cos, lambda given: given[0].cos()),
    "TAN": _plain("Tan", math.tan, lambda given: given[0].tan()),
    "ASIN": _plain("Asin", math.asin, lambda given: given[0].arcsin()),
    "ACOS": _plain("Acos", math.acos, lambda given: given[0].arccos()),
    "ATAN": _plain("Atan", math.atan, lambda given: given[0].arctan()),
    "ATAN2": _plain("Atan2", math.atan2, lambda given: pl.arctan2(given[0], given[1]), _TWO),
    "SINH": _plain("Sinh", math.sinh, lambda given: given[0].sinh()),
    "COSH": _plain("Cosh", math.cosh, lambda given: given[0].cosh()),
    "TANH": _plain("Tanh", math.tanh, lambda given: given[0].tanh()),
    "PI": Function("PI", fixed(gives=_NUMBER), lambda: math.pi),
    "MOD": Function("Mod", fixed(_NUMBER, _NUMBER, gives=_WHOLE), remainder),
    "FACTORIAL": Function(
        "Factorial",
        _ONE,
        lambda value: float(math.factorial(int(value))) if 0 <= value <= _LARGEST_FACTORIAL else None,
    ),
    "MIN": _extreme("Min", min, pl.min_horizontal),
    "MAX": _extreme("Max", max, pl.max_horizontal),
    "MINIDX": _place("MinIDX", min),
    "MAXIDX": _place("MaxIDX", max),
    "TOPNIDX": Function("TOPNIDX", fixed(_NUMBER, _NUMBER, gives=_WHOLE, more=True), _top_place),
    "GETVAL": Function("GetVal", _picked, _value, sees_null=True),
    "TODEGREES": _plain("ToDegrees", math.degrees, lambda given: given[0].degrees()),
    "TORADIANS": _plain("ToRadians", math.radians, lambda given: given[0].radians()),
    "BOUND": Function("Bound", fixed(_NUMBER, _NUMBER, _NUMBER, gives=_NUMBER), _bound),
    "BETWEEN": Function(
        "Between",
        alike(Kind.BOOL, 3, 3),
        lambda value, least, most: None not in {value, least, most} and least <= value <= most,
        sees_null=True,
    ),
    "AVERAGE": Function("Average", _MANY, lambda *given: fmean(one or 0 for one in given), sees_null=True),
    "AVERAGENONNULL": Function(
        "AverageNonNull",
        _MANY,
        lambda *given: fmean(known) if (known := [one for one in given if one is not None]) else None,
        sees_null=True,
    ),
    "MEDIAN": Function(
        "Median",
        _MANY,
        lambda *given: median(known) if (known := [one for one in given if one is not None]) else None,
        sees_null=True,
    ),
    "RAND": Function("Rand", fixed(gives=_NUMBER), _random, pure=False),
    "RANDINT": Function("RandInt", fixed(_NUMBER, gives=_WHOLE), _random_whole, pure=False),
    "BINARYAND": _whole("BinaryAnd", lambda left, right: left & right),
    "BINARYOR": _whole("BinaryOr", lambda left, right: left | right),
    "BINARYXOR": _whole("BinaryXOr", lambda left, right: left ^ right),
    "BINARYNOT": _whole("BinaryNot", lambda value: ~value, 1),
    "SHIFTLEFT": _whole("ShiftLeft", _shifted),
    "SHIFTRIGHT": _whole("ShiftRight", lambda value, places: _shifted(value, -places)),
}
