"""Union: tables below each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import ClassVar

import polars as pl

from jobyard.workflows.document.graph import route
from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.columns import stored
from jobyard.workflows.fields.record import Field
from jobyard.workflows.messages import Status
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, common, made
from jobyard.workflows.toolbox import aligned
from jobyard.workflows.toolbox.craft import Craft, input_number
from jobyard.workflows.work import Work

_BY_HAND = "ManualDelayed"


class Union(Craft):
    """Fields are matched by name, whose case does not matter, by place or by hand; the wider type is taken."""

    plugins: ClassVar[frozenset[str]] = frozenset({"Union"})
    takes_many: ClassVar[bool] = True

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return which ways of matching fields are not done here."""
        mode = configuration.said("Mode").strip()
        if mode == _BY_HAND:
            return aligned.unsupported(configuration)
        return [] if mode in {"ByName", "ByPos"} else [f"the way of matching {mode!r}"]

    def run(self, work: Work) -> dict[str, Table]:
        """Return all records, those of the first input first, or in the order of inputs that is said."""
        tables = work.inputs.get("Input", ())
        if not tables:
            raise WorkflowRefused(reason="nothing is connected to it")
        order = _order(work, len(tables))
        mode = work.configuration.said("Mode").strip()
        if mode == _BY_HAND:
            fields = aligned.by_hand(work.configuration, names(work, len(tables)), tables)
            return {"Output": stacked(work, tables, fields.items(), order)}
        fields = _positions(tables) if mode == "ByPos" else by_name(tables)
        turned = [tables[place] for place in order]
        if mode == "ByName" and [*map(str.casefold, fields)] != [*map(str.casefold, by_name(turned))]:
            raise WorkflowRefused(reason="its inputs hold different fields, so that their order is not known")
        everywhere = [name for name, found in fields.items() if all(found)]
        if len(everywhere) < len(fields):
            self._complain(work, mode, [name for name in fields if name not in everywhere])
            if work.configuration.said(f"{mode}_OutputMode").strip() not in {"All", ""}:
                fields = {name: fields[name] for name in everywhere}
        named = [(next(one.name for one in found if one), found) for found in fields.values()]
        return {"Output": stacked(work, tables, named, order)}

    @staticmethod
    def _complain(work: Work, mode: str, missing: Sequence[str]) -> None:
        wish = work.configuration.said(f"{mode}_ErrorMode").strip()
        said = f"these fields are not in every input: {', '.join(missing[:20])}"
        if wish == "Error":
            raise WorkflowRefused(reason=said)
        if wish == "Warning":
            work.tell(Status.WARNING, f"{said[:1].upper()}{said[1:]}.")


def _order(work: Work, count: int) -> Sequence[int]:
    """Return the places of the inputs in the order in which they are taken."""
    said = [one.text.strip() for one in work.configuration.every("OutputOrder", "Connection")]
    numbers = [number for one in said if (number := input_number(one))]
    as_numbered = len(numbers) == len(said) >= count and all(one < other for one, other in pairwise(numbers))
    if not work.configuration.flag("SetOutputOrder") or not said or as_numbered:
        return range(count)
    known = names(work, count)
    if sorted(said) != sorted(known):
        raise WorkflowRefused(reason="the order of its inputs does not name each of them once")
    return [known.index(one) for one in said]


def names(work: Work, count: int) -> list[str]:
    """Return the names of the inputs, in their order. Raises WorkflowRefused where one of them gave nothing."""
    found = [wire.name for wire in route(work.document).into.get(work.tool.id, ())]
    if len(found) != count:
        raise WorkflowRefused(reason="one of its inputs gives nothing, so that it is not known which is which")
    return found


def stacked(
    work: Work,
    tables: Sequence[Table],
    fields: Iterable[tuple[str, Sequence[Field | None]]],
    order: Sequence[int] | None = None,
) -> Table:
    """Return tables below each other, as they come or in an order of their places.

    `fields` are the new fields' names, each with what of each table goes there.
    """
    columns, outgoing = [], []
    for name, found in fields:
        target = common(name, [one for one in found if one])
        places = range(len(tables)) if order is None else order
        pieces = [_piece(work, tables[place], found[place], target) for place in places]
        outgoing.append(target)
        columns.append(pl.concat(pieces) if pieces else pl.Series([], dtype=stored(target)))
    return made(outgoing, columns)


def by_name(tables: Sequence[Table]) -> dict[str, list[Field | None]]:
    """Return the fields of each table that have one name, whose case does not matter."""
    order = dict[str, str]()
    for table in tables:
        for field in table.fields:
            order.setdefault(field.name.casefold(), field.name)
    known = [{field.name.casefold(): field for field in table.fields} for table in tables]
    return {name: [fields.get(folded) for fields in known] for folded, name in order.items()}


def _positions(tables: Sequence[Table]) -> dict[str, list[Field | None]]:
    widest = max(tables, key=lambda table: len(table.fields))
    return {
        field.name: [table.fields[place] if place < len(table.fields) else None for table in tables]
        for place, field in enumerate(widest.fields)
    }


def _piece(work: Work, table: Table, field: Field | None, target: Field) -> pl.Series:
    if field is None:
        return pl.Series(target.name, [None], dtype=stored(target)).new_from_index(0, table.height)
    column = table.frame[field.name]
    same = (field.type, field.size, field.scale) == (target.type, target.size, target.scale)
    return (column if same else work.convert(column, target)).alias(target.name)
