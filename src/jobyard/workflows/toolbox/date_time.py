"""DateTime: texts into dates, and dates into texts, by a form such as `dd/MM/yyyy`."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.columns import Losses
from jobyard.workflows.fields.record import DATES, TEXTS, FieldType, field
from jobyard.workflows.formula.functions import calendar_forms
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, unlike
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Work

_WORDS = (
    ("yyyy", "%Y"),
    ("Month", "%B"),
    ("month", "%B"),
    ("MMMM", "%B"),
    ("MMM", "%b"),
    ("Mon", "%b"),
    ("mon", "%b"),
    ("day", "%A"),
    ("dddd", "%A"),
    ("ddd", "%a"),
    ("dy", "%a"),
    ("yy", "%y"),
    ("MM", "%m"),
    ("dd", "%d"),
    ("HH", "%H"),
    ("hh", "%H"),
    ("mm", "%M"),
    ("ss", "%S"),
    ("d", "%d"),
)
_TO_TEXT = frozenset({"True", "Date"})


class DateTime(Craft):
    """A text that does not match becomes null, and is told of."""

    plugins: ClassVar[frozenset[str]] = frozenset({"DateTime"})

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return what of the form or the language is not known here."""
        found = []
        language = configuration.said("Language").strip()
        if language not in {"", "English", "English (United States)"}:
            found.append(f"the language {language!r}")
        try:
            form(configuration.said("Format"))
        except ValueError as error:
            found.append(str(error))
        return found

    def run(self, work: Work) -> dict[str, Table]:
        """Return the table with the new field."""
        table, configuration = work.table(), work.configuration
        source = table.field(configuration.said("InputFieldName").strip())
        wanted = form(configuration.said("Format"))
        name = configuration.said("OutputFieldName").strip() or "DateTime_Out"
        name = unlike(name, [one.name for one in table.fields])
        if configuration.value("IsFrom").strip() in _TO_TEXT:
            if source.type not in DATES:
                raise WorkflowRefused(reason=f"{source.name!r} is {source.type}, not a date")
            moments = work.convert(table.frame[source.name], field("x", FieldType.DATE_TIME)).to_list()
            said = [None if moment is None else calendar_forms.written(moment, wanted) for moment in moments]
            target = field(name, FieldType.VARIABLE_STRING, source="DateTime:")
            return {"Output": table.set(target, work.convert(pl.Series(said, dtype=pl.String), target))}
        if source.type not in TEXTS:
            raise WorkflowRefused(reason=f"{source.name!r} is {source.type}, not a text")
        type_ = FieldType.DATE_TIME if calendar_forms.has_clock(wanted) else FieldType.DATE
        return {"Output": _read(work, table, source.name, wanted, field(name, type_, source="DateTime:"))}


def _read(work: Work, table: Table, name: str, wanted: str, target: object) -> Table:
    moments, wrong = [], list[str]()
    for turn, text in enumerate(table.frame[name].to_list()):
        if turn % 4096 == 0:
            work.check()
        moment = calendar_forms.read(text, wanted, work.around.now.year) if text else None
        if moment is None and text:
            wrong.append(text)
        moments.append(moment)
    work.lost(target.name, Losses(len(wrong), tuple(f'"{text}" does not match its form' for text in wrong[:100])))  # type: ignore[attr-defined]  # a field
    column = pl.Series(moments, dtype=pl.Datetime("us"))
    return table.set(target, work.convert(column, target))  # type: ignore[arg-type]  # the same


def form(said: str) -> str:
    """Return a form in words as one of specifiers; one of specifiers as it is. Raises ValueError."""
    if "%" in said:
        calendar_forms.pieces(said)
        return said
    found, at = "", 0
    while at < len(said):
        for word, meaning in _WORDS:
            if said.startswith(word, at):
                found, at = found + meaning, at + len(word)
                break
        else:
            if said[at].isalpha():
                raise ValueError(f"the form {said[:60]!r}")
            found, at = found + said[at], at + 1
    return found
