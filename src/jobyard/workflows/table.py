"""A table on its way between tools: its fields as the original knows them, and a frame that holds them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from jobyard.workflows.fields.columns import stored
from jobyard.workflows.fields.record import (
    DATES,
    FLOATS,
    INTEGERS,
    LONGEST_TEXT,
    NARROW,
    NUMBERS,
    TEXTS,
    Field,
    FieldType,
    field,
)
from jobyard.workflows.refusals import WorkflowRefused


@dataclass(frozen=True, slots=True)
class Table:
    """Fields, and a frame with a column for each of them in the same order."""

    fields: tuple[Field, ...]
    frame: pl.DataFrame

    @property
    def height(self) -> int:
        """How many records there are."""
        return self.frame.height

    def field(self, name: str) -> Field:
        """Return the field of that name, whose case does not matter. Raises WorkflowRefused."""
        folded = name.casefold()
        for one in self.fields:
            if one.name.casefold() == folded:
                return one
        raise WorkflowRefused(reason=f"there is no field {name!r} in what comes in")

    def rows(self, frame: pl.DataFrame) -> Table:
        """Return other records of the same fields."""
        return Table(self.fields, frame)

    def set(self, new: Field, column: pl.Series) -> Table:
        """Return the table with a field put in the place of the one of its name, or behind all others."""
        folded = new.name.casefold()
        if all(one.name.casefold() != folded for one in self.fields):
            return made([*self.fields, new], [*self.frame.get_columns(), column])
        fields = [new if one.name.casefold() == folded else one for one in self.fields]
        columns = [column if one.name.casefold() == folded else self.frame[one.name] for one in self.fields]
        return made(fields, columns)


def made(fields: Sequence[Field], columns: Iterable[pl.Series]) -> Table:
    """Return a table of columns that are stored as their fields ask."""
    named = [column.alias(one.name) for one, column in zip(fields, columns, strict=True)]
    return Table(tuple(fields), pl.DataFrame(named))


def empty(fields: Sequence[Field]) -> Table:
    """Return a table without records."""
    return made(fields, [pl.Series(one.name, [], dtype=stored(one)) for one in fields])


def common(name: str, fields: Sequence[Field]) -> Field:
    """Return the narrowest field that holds what each of several fields may hold."""
    types = {one.type for one in fields}
    size, scale = max(one.size for one in fields), max(one.scale for one in fields)
    if len(types) == 1:
        return Field(name=name, type=fields[0].type, size=size, scale=scale, source=fields[0].source)
    if types <= set(INTEGERS):
        return field(name, max(types, key=lambda type_: INTEGERS[type_][1]))
    if types <= NUMBERS | {FieldType.BOOL}:
        return field(name, FieldType.DOUBLE if types & (FLOATS | {FieldType.FIXED_DECIMAL}) else FieldType.INT64)
    if types == {FieldType.DATE, FieldType.DATE_TIME}:
        return field(name, FieldType.DATE_TIME)
    texts = types & TEXTS
    if texts and types <= TEXTS | NUMBERS | DATES | {FieldType.BOOL}:
        wide = bool(texts - NARROW)
        type_ = FieldType.VARIABLE_WIDE_STRING if wide else FieldType.VARIABLE_STRING
        return field(name, type_, LONGEST_TEXT if types - TEXTS else size)
    return field(name, FieldType.VARIABLE_WIDE_STRING)


def unlike(name: str, taken: Iterable[str]) -> str:
    """Return a name that no other field has; a number is put behind it where it must be."""
    folded = {one.casefold() for one in taken}
    found, number = name, 2
    while found.casefold() in folded:
        found, number = f"{name}{number}", number + 1
    return found
