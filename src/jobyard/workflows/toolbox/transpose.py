"""Transpose: a record for each field of each record."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from jobyard.workflows.fields.record import FieldType, field
from jobyard.workflows.messages import Status
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, common, empty, made
from jobyard.workflows.toolbox.craft import Craft, names
from jobyard.workflows.work import Work


class Transpose(Craft):
    """The key fields stay; the others become `Name` and `Value`, in the order of the fields."""

    plugins: ClassVar[frozenset[str]] = frozenset({"Transpose"})

    def run(self, work: Work) -> dict[str, Table]:
        """Return the fields of the first record first."""
        table = work.table()
        keys = [table.field(name) for name in names(work.configuration, "KeyFields", "Field")]
        data = [table.field(name) for name in _data(work, table, {key.name.casefold() for key in keys})]
        title = field("Name", FieldType.VARIABLE_WIDE_STRING, source="Transpose:")
        if not data or not table.height:
            value = common("Value", data) if data else field("Value", FieldType.VARIABLE_WIDE_STRING)
            return {"Output": empty([*keys, title, value])}
        value = common("Value", data)
        work.afford(table.height * len(data), [table])
        columns = [work.convert(table.frame[one.name], value).alias(one.name) for one in data]
        numbers = pl.int_range(table.height * len(data), dtype=pl.Int64, eager=True)
        repeated = table.frame.select([key.name for key in keys])[numbers // len(data)].get_columns() if keys else []
        said = pl.Series("Name", [one.name for one in data])[numbers % len(data)]
        # Column below column, then picked so that the fields of one record stand together.
        below = pl.concat([column.alias("Value") for column in columns])
        picked = below[(numbers % len(data)) * table.height + numbers // len(data)]
        return {"Output": made([*keys, title, value], [*repeated, said, picked])}


def _data(work: Work, table: Table, keys: set[str]) -> list[str]:
    listed = {
        one.attributes.get("field", "").casefold(): one.ticked("selected")
        for one in work.configuration.every("DataFields", "Field")
    }
    others = listed.get("*unknown", False)
    missing = [name for name, on in listed.items() if on and name != "*unknown" and name not in _folded(table)]
    wish = work.configuration.said("ErrorWarn").strip()
    if missing and wish == "Error":
        raise WorkflowRefused(reason=f"these fields are not there: {', '.join(missing[:20])}")
    if missing and wish != "Ignore":
        work.tell(Status.WARNING, f"These fields are not there: {', '.join(missing[:20])}.")
    return [
        one.name for one in table.fields if one.name.casefold() not in keys and listed.get(one.name.casefold(), others)
    ]


def _folded(table: Table) -> set[str]:
    return {one.name.casefold() for one in table.fields}
