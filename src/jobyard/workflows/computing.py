"""What a formula makes of an app's answers, which it knows as texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from jobyard.workflows.fields.columns import convert
from jobyard.workflows.fields.record import FieldType, field
from jobyard.workflows.formula.binding import Binder
from jobyard.workflows.formula.compiling import evaluated
from jobyard.workflows.formula.functions.catalog import functions
from jobyard.workflows.refusals import FormulaWrong, WrongAnswer


def text(expression: str, given: Mapping[str, str], now: datetime) -> str:
    """Return a formula's value as a text. Raises WrongAnswer."""
    value, _ = convert(_value(expression, given, now), field("x", FieldType.VARIABLE_WIDE_STRING))
    return value.to_list()[0] or ""


def holds(expression: str, given: Mapping[str, str], now: datetime) -> bool:
    """Return whether a formula holds; a text does where it says True. Raises WrongAnswer."""
    truth, _ = convert(_value(expression, given, now), field("x", FieldType.BOOL))
    return bool(truth.to_list()[0])


def _value(expression: str, given: Mapping[str, str], now: datetime) -> pl.Series:
    fields = [field(name, FieldType.VARIABLE_WIDE_STRING) for name in given]
    frame = pl.DataFrame({"\0": [None]} | {name: [value] for name, value in given.items()})
    try:
        node = Binder(fields, functions(now)).bound(expression)
    except FormulaWrong as wrong:
        raise WrongAnswer(name="of an action", reason=wrong.sentence.rstrip(".")) from None
    return evaluated(node, frame, lambda: None)[0]
