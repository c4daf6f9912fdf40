"""Data Cleansing: nulls, blanks, letters, digits and signs put right in chosen fields. Designer has it as a macro."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import NUMBERS, TEXTS, Field
from jobyard.workflows.formula.functions.wording import title
from jobyard.workflows.table import Table, made
from jobyard.workflows.toolbox.asked import answers, listed, ticked
from jobyard.workflows.toolbox.craft import Craft, of_each
from jobyard.workflows.work import Work

_FIELDS, _NULL_RECORDS, _NULL_FIELDS = "List Box (11)", "Check Box (135)", "Check Box (136)"
_NULL_TEXTS, _NULL_NUMBERS = "Check Box (84)", "Check Box (117)"
_CASE, _WHICH_CASE = "Check Box (77)", "Drop Down (81)"
_SIGNS = str.maketrans("", "", string.punctuation)


def _squeezed(text: str) -> str:
    """Return a text with every run of white space made one space."""
    middle = " ".join(text.split())
    if not middle:
        return " " if text else ""
    return f"{' ' if text[0].isspace() else ''}{middle}{' ' if text[-1].isspace() else ''}"


_STEPS: Mapping[str, Callable[[str], str]] = {
    "Check Box (15)": str.strip,
    "Check Box (109)": _squeezed,
    "Check Box (122)": lambda text: "".join(text.split()),
    "Check Box (53)": lambda text: "".join(letter for letter in text if not letter.isalpha()),
    "Check Box (58)": lambda text: "".join(letter for letter in text if not letter.isdecimal()),
    "Check Box (70)": lambda text: text.translate(_SIGNS),
}
"""What is done to a text, in this order, by the boxes that are ticked for it."""
_CASES: Mapping[str, Callable[[str], str]] = {"upper": str.upper, "lower": str.lower, "title": title}
_NEEDED = frozenset({_FIELDS, _NULL_TEXTS, _NULL_NUMBERS, _CASE, *_STEPS})


class Cleanse(Craft):
    """First nulls go or are filled, then texts are changed, in the order of the tool's boxes."""

    plugins: ClassVar[frozenset[str]] = frozenset({"Cleanse.yxmc"})
    any_name: ClassVar[bool] = True

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return what says that it is another version of the macro, whose boxes are not known here."""
        told = answers(configuration)
        missing = sorted(_NEEDED - set(told))
        if missing:
            return [f"another version of this macro, which does not say {missing[0]!r},"]
        case = told.get(_WHICH_CASE, "").strip().lower()
        return [f"the case {case!r}"] if ticked(told, _CASE) and case not in _CASES else []

    def run(self, work: Work) -> dict[str, Table]:
        """Return the table put right."""
        table, told = work.table(), answers(work.configuration)
        if ticked(told, _NULL_RECORDS) and table.fields:
            table = table.rows(table.frame.filter(~pl.all_horizontal(pl.all().is_null())))
        if ticked(told, _NULL_FIELDS) and table.height:
            kept = [one for one in table.fields if table.frame[one.name].null_count() < table.height]
            table = made(kept, [table.frame[one.name] for one in kept])
        chosen = {name.casefold() for name in listed(told[_FIELDS])}
        steps = list(_steps(told))
        for one in table.fields:
            if one.name.casefold() in chosen:
                work.check()
                table = table.set(one, _cleansed(work, table.frame[one.name], one, told, steps))
        return {"Output": table}


def _steps(told: dict[str, str]) -> Iterator[Callable[[str], str]]:
    yield from (step for box, step in _STEPS.items() if ticked(told, box))
    if ticked(told, _CASE):
        yield _CASES[told[_WHICH_CASE].strip().lower()]


def _cleansed(
    work: Work, column: pl.Series, one: Field, told: dict[str, str], steps: list[Callable[[str], str]]
) -> pl.Series:
    if one.type in NUMBERS:
        return column.fill_null(0) if ticked(told, _NULL_NUMBERS) else column
    if one.type not in TEXTS:
        return column
    filled = column.fill_null("") if ticked(told, _NULL_TEXTS) else column
    if not steps:
        return filled
    return work.convert(pl.Series(of_each(work, filled, lambda text: _through(text, steps)), dtype=pl.String), one)


def _through(text: str, steps: list[Callable[[str], str]]) -> str:
    for step in steps:
        text = step(text)
    return text
