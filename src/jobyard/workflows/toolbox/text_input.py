"""Text Input: a table that stands in the document itself. What its columns hold is inferred."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import polars as pl

from jobyard.workflows.fields.columns import convert
from jobyard.workflows.fields.inference import inferred
from jobyard.workflows.fields.record import Field, declared
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, made
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Work


class TextInput(Craft):
    """Where the document tells what the original made of a column and every value fits, that is taken."""

    plugins: ClassVar[frozenset[str]] = frozenset({"TextInput"})
    entries: ClassVar[tuple[str, ...]] = ()
    takes_none: ClassVar[bool] = True

    def run(self, work: Work) -> dict[str, Table]:
        """Return the table of the document. An empty cell is null."""
        titles = [one.attributes.get("name", "") for one in work.configuration.every("Fields", "Field")]
        if len({title.casefold() for title in titles}) != len(titles) or "" in titles:
            raise WorkflowRefused(reason="two of its columns have one name, or one has none")
        rows = work.configuration.every("Data", "r")
        limit = work.document.settings.record_limit
        rows = rows[:limit] if limit else rows
        cells: list[list[str | None]] = [[] for _ in titles]
        for turn, row in enumerate(rows):
            if turn % 4096 == 0:
                work.check()
            said = [cell.text or None for cell in row.children]
            for place, column in enumerate(cells):
                column.append(said[place] if place < len(said) else None)
        told = {one.get("name", ""): one for one in work.tool.expected.get("Output", ())}
        pairs = [_column(title, column, told) for title, column in zip(titles, cells, strict=True)]
        return {"Output": made([field for field, _ in pairs], [column for _, column in pairs])}


def _column(title: str, values: Sequence[str | None], told: dict[str, dict[str, str]]) -> tuple[Field, pl.Series]:
    series = pl.Series(title, values, dtype=pl.String)
    if title in told:
        try:
            field = declared(title, told[title].get("type", ""), told[title].get("size", ""), "TextInput:")
        except WorkflowRefused:
            field = inferred(title, series)
        column, losses = convert(series, field)
        if not losses.count:
            return field, column
    field = inferred(title, series)
    return field, convert(series, field)[0]
