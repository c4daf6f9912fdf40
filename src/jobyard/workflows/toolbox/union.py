"""Union: tables below each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.columns import stored
from jobyard.workflows.fields.record import Field
from jobyard.workflows.messages import Status
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, common, made
from jobyard.workflows.toolbox.craft import Craft, input_number
from jobyard.workflows.work import Work


class Union(Craft):
    """Fields are matched by name, whose case does not matter, or by place; of a pair the wider type is taken."""

    plugins: ClassVar[frozenset[str]] = frozenset({"Union"})
    takes_many: ClassVar[bool] = True

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return what is not done here: fields matched by hand, and an order of inputs of its own."""
        mode = configuration.said("Mode").strip()
        found = [] if mode in {"ByName", "ByPos"} else [f"the way of matching {mode!r}"]
        said = [one.text for one in configuration.every("OutputOrder", "Connection")]
        own = configuration.flag("SetOutputOrder") and not _is_as_numbered(said)
        return [*found, "an order of inputs of its own"] if own else found

    def run(self, work: Work) -> dict[str, Table]:
        """Return all records, those of the first input first."""
        tables = work.inputs.get("Input", ())
        if not tables:
            raise WorkflowRefused(reason="nothing is connected to it")
        mode = "ByPos" if work.configuration.said("Mode").strip() == "ByPos" else "ByName"
        fields = _positions(tables) if mode == "ByPos" else by_name(tables)
        everywhere = [name for name, found in fields.items() if all(found)]
        if len(everywhere) < len(fields):
            self._complain(work, mode, [name for name in fields if name not in everywhere])
            if work.configuration.said(f"{mode}_OutputMode").strip() not in {"All", ""}:
                fields = {name: fields[name] for name in everywhere}
        named = [(next(one.name for one in found if one), found) for found in fields.values()]
        return {"Output": stacked(work, tables, named)}

    @staticmethod
    def _complain(work: Work, mode: str, missing: Sequence[str]) -> None:
        wish = work.configuration.said(f"{mode}_ErrorMode").strip()
        said = f"these fields are not in every input: {', '.join(missing[:20])}"
        if wish == "Error":
            raise WorkflowRefused(reason=said)
        if wish == "Warning":
            work.tell(Status.WARNING, f"{said[:1].upper()}{said[1:]}.")


def _is_as_numbered(names: Sequence[str]) -> bool:
    """Tell whether inputs stand in the order of their numbers, which is the one that is taken anyway."""
    numbers = [number for name in names if (number := input_number(name))]
    return len(numbers) == len(names) and numbers == sorted(numbers)


def stacked(work: Work, tables: Sequence[Table], fields: Iterable[tuple[str, Sequence[Field | None]]]) -> Table:
    """Return tables below each other; `fields` are the new fields' names, each with what of each table goes there."""
    columns, outgoing = [], []
    for name, found in fields:
        target = common(name, [one for one in found if one])
        pieces = [_piece(work, table, one, target) for table, one in zip(tables, found, strict=True)]
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
