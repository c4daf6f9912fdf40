"""Generate Rows: records that a loop makes, for themselves or for each record that comes in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.columns import Losses, stored
from jobyard.workflows.fields.record import TEXTS, Field, declared
from jobyard.workflows.fields.values import converted
from jobyard.workflows.formula.bound import Bound
from jobyard.workflows.formula.rowwise import compute
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, empty, made
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Work

_PIECE = 65_536
_LOOK = 1_024
_PLACE = ("Expression_Init", "Expression_Cond", "Expression_Loop")


class GenerateRows(Craft):
    """The loop looks often whether it shall stop, and stops where its records would be too much to hold."""

    plugins: ClassVar[frozenset[str]] = frozenset({"GenerateRows"})
    takes_none: ClassVar[bool] = True

    @classmethod
    def formulas(cls, configuration: Element) -> list[str]:
        """Return how the loop begins, goes on and ends."""
        return [configuration.said(place) for place in _PLACE]

    def run(self, work: Work) -> dict[str, Table]:
        """Return the records that were made, with the fields of the record for which they were."""
        incoming = work.inputs.get("Input", ())
        table = incoming[0] if incoming else Table((), pl.DataFrame())
        field = _field(work.configuration, table)
        values, origins = _Pieces(work, field), list[pl.Series]()
        others = [one for one in table.fields if one.name.casefold() != field.name.casefold()]
        rows = table.frame.iter_rows(named=True) if incoming else iter([{}])
        loop = _Loop(work, table, field)
        limit = work.document.settings.record_limit
        for number, row in enumerate(rows):
            before = values.count
            for value in loop.values(row):
                values.add(value)
                if limit and not incoming and values.count >= limit:
                    break
            if incoming:
                origins.append(pl.repeat(number, values.count - before, dtype=pl.UInt32, eager=True))
        made_column = values.column()
        if not incoming:
            return {"Output": made([field], [made_column]) if len(made_column) else empty([field])}
        work.afford(len(made_column), [table])
        picked = table.frame[pl.concat(origins)] if origins else table.frame.clear()
        return {"Output": made([*others, field], [*(picked[one.name] for one in others), made_column])}


def _field(configuration: Element, table: Table) -> Field:
    if configuration.flag("UpdateField"):
        return table.field(configuration.said("UpdateField_Name").strip())
    name = configuration.said("CreateField_Name").strip()
    if not name:
        raise WorkflowRefused(reason="it does not say which field to make")
    if any(one.name.casefold() == name.casefold() for one in table.fields):
        raise WorkflowRefused(reason=f"what comes in has a field {name!r} already")
    size = configuration.value("CreateField_Size")
    return declared(name, configuration.said("CreateField_Type").strip() or "Int32", size, "GenerateRows:")


class _Loop:
    """The three formulas of the loop."""

    def __init__(self, work: Work, table: Table, field: Field) -> None:
        self._work, self._field = work, field
        binder = work.binder(table, [] if field in table.fields else [field])
        first, condition, step = (work.configuration.said(place) for place in _PLACE)
        self._first: Bound = binder.bound(first)
        self._condition: Bound = binder.condition(condition)
        self._step: Bound = binder.bound(step)

    def values(self, row: dict[str, Any]) -> Iterator[Any]:
        """Yield values until the condition does not hold. Raises WorkflowRefused where they do not change."""
        turn, values = 0, dict(row)
        name = self._field.name
        values[name] = self._kept(compute(self._first, lambda column, _: values.get(column), self._tell))
        while compute(self._condition, lambda column, _: values[column], self._tell):
            if turn % _LOOK == 0:
                self._work.check()
            yield values[name]
            turn += 1
            after = self._kept(compute(self._step, lambda column, _: values[column], self._tell))
            if after == values[name]:
                raise WorkflowRefused(reason=f"its loop would never end: {name} stays {after!r}")
            values[name] = after

    def _kept(self, value: Any) -> Any:
        found, told = converted(value, self._field)
        if told:
            self._tell(told)
        return found

    def _tell(self, text: str) -> None:
        self._work.lost(self._field.name, Losses(1, (text,)))


class _Pieces:
    """Values on their way into a column, a piece at a time."""

    def __init__(self, work: Work, field: Field) -> None:
        self.count = 0
        self._work, self._field = work, field
        self._waiting: list[Any] = []
        self._pieces: list[pl.Series] = []
        self._size = 0.0

    def add(self, value: Any) -> None:
        """Take a value. Raises TooMuchMemory where there are too many."""
        self._waiting.append(value)
        self.count += 1
        if len(self._waiting) >= _PIECE:
            self._flush()
        elif self._field.type in TEXTS and isinstance(value, str) and len(value) > _PIECE:
            self._work.afford_bytes(int(self._size) + sum(len(one or "") for one in self._waiting))

    def column(self) -> pl.Series:
        """Return all values."""
        self._flush()
        return pl.concat(self._pieces) if self._pieces else pl.Series([], dtype=stored(self._field))

    def _flush(self) -> None:
        if self._waiting:
            piece = pl.Series(self._field.name, self._waiting, dtype=stored(self._field), strict=False)
            self._waiting = []
            self._pieces.append(piece)
            self._size += piece.estimated_size()
            self._work.afford_bytes(int(self._size))
