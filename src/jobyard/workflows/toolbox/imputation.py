"""Imputation: a value in fields of numbers replaced by their average, median, mode or another. A macro of Designer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import INTEGERS, NUMBERS, Field
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox.asked import answers, listed, ticked
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Work

_FIELDS = "listbox Select Incoming Fields"
_NULLS, _OWN_FROM, _FROM = "radio Null Value", "radio User Specified Replace From Value", "updown User Replace Value"
_OWN_WITH, _WITH = "radio User Specified Replace With Value", "updown User Replace With Value"


def _mode(values: pl.Series) -> object:
    """Return the value that is there most often. Raises WorkflowRefused where several are."""
    found = values.mode()
    if len(found) > 1:
        raise WorkflowRefused(reason="several values are there most often, and which one counts is not known")
    return found.item() if len(found) else None


_STATISTICS: Mapping[str, Callable[[pl.Series], object]] = {
    "radio Mean": lambda values: values.mean(),
    "radio Median": lambda values: values.median(),
    "radio Mode": _mode,
}
_MORE = ("checkbox Impute Indicator", "checkbox Imputed Values Separate Field")


class Imputation(Craft):
    """Averages, medians and modes are those of the other values. A field of whole numbers takes only such."""

    plugins: ClassVar[frozenset[str]] = frozenset({"Imputation_v2.yxmc", "Imputation_v3.yxmc"})
    any_name: ClassVar[bool] = True

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return what it was not told, and fields that it shall make beside."""
        told = answers(configuration)
        found = [f"what {name!r} adds" for name in _MORE if ticked(told, name)]
        if not listed(told.get(_FIELDS, "")):
            found.append("no field to look at")
        if sum(ticked(told, name) for name in (_NULLS, _OWN_FROM)) != 1:
            found.append("not saying which value is replaced")
        if sum(ticked(told, name) for name in (_OWN_WITH, *_STATISTICS)) != 1:
            found.append("not saying by what it is replaced")
        wanted = [place for choice, place in ((_OWN_FROM, _FROM), (_OWN_WITH, _WITH)) if ticked(told, choice)]
        return found + [f"the number {told.get(one, '')[:20]!r}" for one in wanted if _value(told, one) is None]

    def run(self, work: Work) -> dict[str, Table]:
        """Return the table with the values replaced."""
        table, told = work.table(), answers(work.configuration)
        for name in listed(told[_FIELDS]):
            work.check()
            one = table.field(name)
            if one.type not in NUMBERS:
                raise WorkflowRefused(reason=f"{one.name!r} is {one.type}, not a number")
            table = table.set(one, _imputed(work, table.frame[one.name], one, told))
        return {"Output": table}


def _value(told: dict[str, str], name: str) -> float | None:
    try:
        found = float(told.get(name, ""))
    except ValueError:
        return None
    return found if isfinite(found) else None


def _imputed(work: Work, column: pl.Series, one: Field, told: dict[str, str]) -> pl.Series:
    numbers = column.cast(pl.Float64)
    wrong = numbers.is_null() if ticked(told, _NULLS) else (numbers == _value(told, _FROM)).fill_null(value=False)
    if not wrong.any():
        return column
    if ticked(told, _OWN_WITH):
        new: object = _value(told, _WITH)
    else:
        statistic = next(do for name, do in _STATISTICS.items() if ticked(told, name))
        new = statistic(numbers.filter(~wrong).drop_nulls())
    if new is not None and one.type in INTEGERS and new != int(float(str(new))):
        raise WorkflowRefused(reason=f"{one.name!r} holds whole numbers, and {new} would be put there")
    # Only what is put there is converted: others would lose digits on a way through floats.
    put = work.convert(pl.Series([new], dtype=pl.Float64), one)
    return column.zip_with(~wrong, put.new_from_index(0, len(column)))
