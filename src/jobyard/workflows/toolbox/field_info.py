"""Field Info: a record for each field that comes in, with its name, type and size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import Field, FieldType, field
from jobyard.workflows.table import Table, made
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Work

_SOURCE = "FieldInfo"


class FieldInfo(Craft):
    """The fields are told in their order. Where they come from and how they are described is not kept and null."""

    plugins: ClassVar[frozenset[str]] = frozenset({"FieldInfo"})

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return settings, since none are known."""
        return [f"the setting {name!r}" for name in sorted({one.name for one in configuration.children})]

    def run(self, work: Work) -> dict[str, Table]:
        """Return what is known of the fields; the records do not matter."""
        table = described(work.table().fields)
        for name in ("Source", "Description"):
            nothing = pl.Series([None] * table.height, dtype=pl.String)
            table = table.set(field(name, FieldType.VARIABLE_WIDE_STRING, 1, source=_SOURCE), nothing)
        return {"Output": table}


def described(fields: Sequence[Field]) -> Table:
    """Return a table with a record for each field: its name, its type, its size and its scale."""
    names, types = [one.name for one in fields], [one.type.value for one in fields]
    wide = any(letter > "\xff" for name in names for letter in name)
    named = FieldType.VARIABLE_WIDE_STRING if wide else FieldType.VARIABLE_STRING
    targets = [
        field("Name", named, max([1, *map(len, names)]), source=_SOURCE),
        field("Type", FieldType.STRING, max([1, *map(len, types)]), source=_SOURCE),
        field("Size", FieldType.INT32, source=_SOURCE),
        field("Scale", FieldType.INT32, source=_SOURCE),
    ]
    columns = [
        pl.Series(names, dtype=pl.String),
        pl.Series(types, dtype=pl.String),
        pl.Series([one.size for one in fields], dtype=pl.Int32),
        pl.Series([one.scale for one in fields], dtype=pl.Int32),
    ]
    return made(targets, columns)
