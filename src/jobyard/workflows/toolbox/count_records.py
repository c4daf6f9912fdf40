"""Count Records: how many records come in, 0 when none do. Designer brings it as a macro."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from jobyard.workflows.fields.record import FieldType, field
from jobyard.workflows.table import Table, made
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Work


class CountRecords(Craft):
    """One record with one field, `Count`."""

    plugins: ClassVar[frozenset[str]] = frozenset({"CountRecords", "CountRecords.yxmc"})
    any_name: ClassVar[bool] = True

    def run(self, work: Work) -> dict[str, Table]:
        """Return the count."""
        count = field("Count", FieldType.INT64, source="CountRecords:")
        return {"Output": made([count], [pl.Series([work.table().height], dtype=pl.Int64)])}
