"""Record ID: a number for each record."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import INTEGERS, TEXTS, Field, declared
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, made
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Work

_TYPES = frozenset({"", *(str(type_) for type_ in INTEGERS), *(str(type_) for type_ in TEXTS)})


class RecordID(Craft):
    """Texts are filled with zeros up to their size."""

    plugins: ClassVar[frozenset[str]] = frozenset({"RecordID"})

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return what is not done here: other types, and numbers for groups."""
        found = []
        if configuration.said("FieldType").strip() not in _TYPES:
            found.append(f"the type {configuration.said('FieldType').strip()!r}")
        if configuration.every("GroupFields", "Field"):
            found.append("numbers that begin anew in each group")
        if not _start(configuration).removeprefix("-").isdigit():
            found.append(f"the first number {_start(configuration)[:20]!r}")
        return found

    def run(self, work: Work) -> dict[str, Table]:
        """Return the table with its numbers before or behind all other fields."""
        table, first = work.table(), int(_start(work.configuration)[:19])
        name = work.configuration.said("FieldName").strip() or "RecordID"
        if any(one.name.casefold() == name.casefold() for one in table.fields):
            raise WorkflowRefused(reason=f"what comes in has a field {name!r} already")
        type_ = work.configuration.said("FieldType").strip() or "Int32"
        field = declared(name, type_, work.configuration.value("FieldSize"), "RecordID:")
        numbers = pl.int_range(first, first + table.height, dtype=pl.Int64, eager=True)
        column = work.convert(_texts(numbers, field), field)
        fields, columns = [*table.fields], table.frame.get_columns()
        place = len(fields) if work.configuration.value("Position").strip() == "1" else 0
        return {"Output": made([*fields[:place], field, *fields[place:]], [*columns[:place], column, *columns[place:]])}


def _start(configuration: Element) -> str:
    return configuration.value("StartValue").strip() or "1"


def _texts(numbers: pl.Series, field: Field) -> pl.Series:
    if field.type not in TEXTS:
        return numbers
    return numbers.cast(pl.String).str.zfill(min(field.size, 100))
