"""Functions between numbers and texts, and tests of what a value is."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import polars as pl

from jobyard.workflows.fields import texts
from jobyard.workflows.fields.columns import convert
from jobyard.workflows.fields.record import FieldType, field
from jobyard.workflows.fields.texts import value_text
from jobyard.workflows.formula.bound import VARIES, Bound, Chooser, Function
from jobyard.workflows.formula.conversions import conversion
from jobyard.workflows.formula.kinds import NUMERIC, Kind
from jobyard.workflows.formula.signatures import anything, fixed, united

_TEXT, _NUMBER, _BOOL, _WHOLE = Kind.TEXT, Kind.NUMBER, Kind.BOOL, Kind.INTEGER
_MOST_DECIMALS = 50


def _number(
    value: Any, ignores: float | None = 0, keeps_null: float | None = 0, point: str | None = "."
) -> float | None:
    """Read the number a text begins with. What is none becomes 0, or null for who keeps nulls."""
    if isinstance(value, int | float):
        return float(value)
    if value is not None and point == ",":
        value = value.replace(".", "").replace(",", ".")
    found = texts.number(value)[0] if value else None
    return found if found is not None or keeps_null else 0.0


def _to_number(arguments: Sequence[Bound]) -> Function:
    takes = Kind.NUMBER if arguments and arguments[0].kind in NUMERIC else Kind.TEXT
    signature = fixed(takes, _NUMBER, _NUMBER, _TEXT, gives=_NUMBER, least=1)
    if takes is Kind.NUMBER:
        return Function("ToNumber", signature, _number, sees_null=True)
    ignores = len(arguments) > 1 and getattr(arguments[1], "value", None)
    told = "" if ignores else "{0} is not a valid number."
    return Function("ToNumber", signature, _number, _number_column, sees_null=True, complaint=told, wrong=_is_no_number)


def _is_no_number(value: str) -> bool:
    return bool(value) and texts.number(value)[1] != len(value.rstrip())


def _number_column(given: Sequence[pl.Expr], known: Sequence[Any]) -> pl.Expr | None:
    if len(known) > 3 or VARIES in known[1:]:
        return None
    double = field("x", FieldType.DOUBLE)
    found = given[0].map_batches(lambda series: convert(series, double)[0], return_dtype=pl.Float64())
    return found if len(known) > 2 and known[2] else found.fill_null(0.0)


def _to_text(arguments: Sequence[Bound]) -> Function:
    if len(arguments) == 1 or (arguments and arguments[0].kind not in NUMERIC):
        kind = arguments[0].kind if arguments else _TEXT
        plain = conversion(kind, _TEXT)
        column = plain.column if plain else lambda given, known: given[0]
        return Function("ToString", anything(_TEXT, 1, 3), lambda value, *_: value_text(value), column)
    return Function("ToString", fixed(_NUMBER, _NUMBER, _NUMBER, gives=_TEXT, least=1), _decimals)


def _decimals(value: float, decimals: float, separates: float = 0) -> str:
    places = max(0, min(int(decimals), _MOST_DECIMALS))
    exact = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN) if abs(value) < 1e40 else None
    if exact is None:
        return value_text(value)
    return format(exact, ",f" if separates else "f")


def _is_whole(value: Any) -> bool:
    if isinstance(value, str):
        return texts.whole(value)[1] == len(value) > 0
    return isinstance(value, int | float) and float(value).is_integer()


def _typed(kinds: frozenset[Kind]) -> Chooser:
    def choose(arguments: Sequence[Bound]) -> Function:
        answer = bool(arguments) and arguments[0].kind in kinds
        return Function("Is", anything(_BOOL), lambda _: answer, lambda given, known: pl.lit(answer), sees_null=True)

    return choose


def _letter(value: float) -> str | None:
    number = int(value)
    return chr(number) if 0 < number < 0xD800 or 0xE000 <= number < 0x110000 else None


def _read(text: str, base: int) -> int | None:
    try:
        return int(text, base) if len(text) <= 70 else None
    except ValueError:
        return None


def _written(value: float, form: str) -> str:
    number = int(value)
    return format(number % (1 << 64) if number < 0 else number, form)


def _first_known(given: Sequence[Kind]) -> tuple[list[Kind], Kind]:
    if not given:
        raise ValueError("it takes 1 or more arguments, not 0")
    kind = united(given)
    return [kind] * len(given), kind


FUNCTIONS: dict[str, Function | Chooser] = {
    "TONUMBER": _to_number,
    "TOSTRING": _to_text,
    "ISNULL": Function(
        "IsNull",
        anything(_BOOL),
        lambda value: value is None,
        lambda given, known: given[0].is_null(),
        sees_null=True,
    ),
    "ISEMPTY": Function(
        "IsEmpty",
        fixed(_TEXT, gives=_BOOL),
        lambda value: not value,
        lambda given, known: given[0].is_null() | (given[0] == "").fill_null(value=False),
        sees_null=True,
    ),
    "ISINTEGER": Function(
        "IsInteger", anything(_BOOL), lambda value: value is not None and _is_whole(value), sees_null=True
    ),
    "ISNUMBER": _typed(frozenset({_NUMBER, _WHOLE})),
    "ISSTRING": _typed(frozenset({_TEXT})),
    "NULL": Function("Null", fixed(gives=Kind.NOTHING), lambda: None),
    "COALESCE": Function(
        "Coalesce",
        _first_known,
        lambda *given: next((one for one in given if one is not None), None),
        lambda given, known: pl.coalesce(*given),
        sees_null=True,
    ),
    "CHARFROMINT": Function("CharFromInt", fixed(_NUMBER, gives=_TEXT), _letter),
    "CHARTOINT": Function("CharToInt", fixed(_TEXT, gives=_WHOLE), lambda text: ord(text[0]) if text else None),
    "BINTOINT": Function("BinToInt", fixed(_TEXT, gives=_WHOLE), lambda text: _read(text, 2)),
    "HEXTONUMBER": Function("HexToNumber", fixed(_TEXT, gives=_WHOLE), lambda text: _read(text, 16)),
    "INTTOBIN": Function("IntToBin", fixed(_NUMBER, gives=_TEXT), lambda value: _written(value, "b")),
    "INTTOHEX": Function("IntToHex", fixed(_NUMBER, gives=_TEXT), lambda value: _written(value, "X")),
    "COMPAREEPSILON": Function(
        "CompareEpsilon",
        fixed(_NUMBER, _NUMBER, _NUMBER, gives=_BOOL),
        lambda left, right, most: abs(left - right) < most,
    ),
}
