"""Tile: the number of the group that a record belongs to, by its values or by limits of them."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import NUMBERS, FieldType, field
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, unlike
from jobyard.workflows.toolbox.craft import Craft, names
from jobyard.workflows.toolbox.sort import ordered
from jobyard.workflows.work import Work

_NUMBER, _TURN = "Tile_Num", "Tile_SequenceNum"
_METHODS = frozenset({"UniqueValue", "Manual"})


class Tile(Craft):
    """Different values are numbered in their order, or as they come; a limit belongs to the tile that it ends."""

    plugins: ClassVar[frozenset[str]] = frozenset({"Tile"})

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return the way of dividing, or what of it is not done here."""
        method = configuration.said("Method").strip()
        if method not in _METHODS:
            return [f"dividing by {method!r}"]
        found = ["tiles that begin anew in each group"] if configuration.every("GroupFields", "Field") else []
        if method == "UniqueValue" and not names(configuration, "UniqueValue", "UniqueFields", "Field"):
            found.append("dividing by the values of no field")
        return found if method == "UniqueValue" or _limits(configuration) else [*found, "limits that do not grow"]

    def run(self, work: Work) -> dict[str, Table]:
        """Return the table with the numbers of the tiles, and the turn of each record within its tile."""
        table, configuration = work.table(), work.configuration
        if configuration.said("Method").strip() == "Manual":
            numbers = _by_limits(table, configuration)
        else:
            keys = [table.field(name).name for name in names(configuration, "UniqueValue", "UniqueFields", "Field")]
            if not configuration.flag("UniqueValue", "DontSort"):
                table = ordered(table, keys)
            placed = table.frame.select(*keys, pl.int_range(pl.len()).alias("\0place"))
            numbers = placed.select(pl.col("\0place").first().over(keys).rank("dense")).to_series()
        turns = pl.DataFrame({"x": numbers}).select(pl.int_range(1, pl.len() + 1).over("x")).to_series()
        for name, column in ((_NUMBER, numbers), (_TURN, turns)):
            target = field(unlike(name, [one.name for one in table.fields]), FieldType.INT32, source="Tile:")
            table = table.set(target, work.convert(column, target))
        return {"Output": table}


def _limits(configuration: Element) -> list[float]:
    """Return the upper limits of all tiles but the last; none where they do not grow, or are no numbers."""
    try:
        found = [float(line) for line in configuration.said("Manual", "Cutoffs").split()]
    except ValueError:
        return []
    return found if all(one < other for one, other in pairwise(found)) else []


def _by_limits(table: Table, configuration: Element) -> pl.Series:
    one = table.field(configuration.said("Manual", "Field").strip())
    if one.type not in NUMBERS:
        raise WorkflowRefused(reason=f"{one.name!r} is {one.type}, not a number")
    column = table.frame[one.name].cast(pl.Float64)
    if column.null_count():
        raise WorkflowRefused(reason=f"{one.name!r} is null in some records, and their tile is not known")
    above = [(pl.col("x") > limit).cast(pl.Int32) for limit in _limits(configuration)]
    return pl.DataFrame({"x": column}).select(pl.sum_horizontal(above) + 1).to_series()
