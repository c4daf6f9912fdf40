"""Running Total: sums that grow from record to record."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from jobyard.workflows.fields.record import FLOATS, NUMBERS, FieldType, field
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, unlike
from jobyard.workflows.toolbox.craft import Craft, names
from jobyard.workflows.work import Work


class RunningTotal(Craft):
    """A null adds nothing. Groups begin anew; the records stay in their order."""

    plugins: ClassVar[frozenset[str]] = frozenset({"RunningTotal"})

    def run(self, work: Work) -> dict[str, Table]:
        """Return the table with a field `RunTot_NAME` for each summed field."""
        table = work.table()
        groups = [table.field(name).name for name in names(work.configuration, "GroupByFields", "Field")]
        for name in names(work.configuration, "RunningTotalFields", "Field"):
            source = table.field(name)
            if source.type not in NUMBERS:
                raise WorkflowRefused(reason=f"{source.name!r} is {source.type} and cannot be summed")
            whole = source.type not in FLOATS | {FieldType.FIXED_DECIMAL}
            total = pl.col(source.name).cast(pl.Int64 if whole else pl.Float64).fill_null(0).cum_sum()
            column = table.frame.select(total.over(groups) if groups else total).to_series()
            taken = [one.name for one in table.fields]
            target = field(unlike(f"RunTot_{source.name}", taken), FieldType.INT64 if whole else FieldType.DOUBLE)
            table = table.set(target, work.convert(column, target))
        return {"Output": table}
