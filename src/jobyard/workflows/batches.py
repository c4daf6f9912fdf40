"""Batch macros: they run once for each record of their control, and give what all of these runs gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from jobyard.workflows.document.markup import Element
from jobyard.workflows.document.record import Batch
from jobyard.workflows.fields.record import Field, FieldType, field
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, unlike
from jobyard.workflows.toolbox.asked import answers
from jobyard.workflows.toolbox.union import by_name, stacked
from jobyard.workflows.work import Work

CONTROL = "Control"
"""The entry whose records say how often the macro runs, and with what."""
_SAME = "AllSame"
_MODES = frozenset({_SAME, "ByName", "ByPos"})


def unsupported(configuration: Element, batch: Batch) -> list[str]:
    """Return what of a batch macro's use is not done here, each as a clause."""
    found, fields = list[str](), _fields(configuration)
    if answers(configuration).get("BatchMacroGroupBy", "").strip():
        found.append("giving each run of a macro some of the records")
    if batch.output_mode not in _MODES:
        found.append(f"the way {batch.output_mode[:40]!r} of putting together what the runs of a macro give")
    missing = [name for name in batch.controls if name.casefold() not in fields]
    return found + [f"a control parameter such as {name!r} without a field" for name in missing[:1]]


def rounds(work: Work, batch: Batch) -> Iterator[dict[str, str]]:
    """Yield the control parameters of each run. Raises WorkflowRefused where there is none, or one of them is null."""
    table, fields = work.table(CONTROL), _fields(work.configuration)
    if not table.height:
        raise WorkflowRefused(reason="no record comes into its control, so that it would never run")
    columns = {}
    for name in batch.controls:
        told = table.field(fields[name.casefold()]).name
        columns[name] = work.convert(table.frame[told], field(told, FieldType.VARIABLE_WIDE_STRING)).to_list()
    for turn in range(table.height):
        said = {name: texts[turn] for name, texts in columns.items()}
        empty = [name for name, text in said.items() if text is None]
        if empty:
            raise WorkflowRefused(reason=f"its control parameter {empty[0]!r} is null in record {turn + 1}")
        yield said


def together(work: Work, tables: Sequence[Table], batch: Batch) -> Table:
    """Return what all runs gave, below each other. Raises WorkflowRefused where all should be alike and are not."""
    if batch.output_mode == "ByName":
        return stacked(work, tables, by_name(tables).items())
    if batch.output_mode == _SAME:
        alike = [[(one.name, one.type, one.scale) for one in table.fields] for table in tables]
        other = next((turn for turn, fields in enumerate(alike, start=1) if fields != alike[0]), 0)
        if other:
            raise WorkflowRefused(reason=f"its run {other} gives other fields than its first")
    return stacked(work, tables, _by_place(tables).items())


def _by_place(tables: Sequence[Table]) -> dict[str, list[Field | None]]:
    """Return the fields that stand in one place, by the name that the first of them has."""
    found = dict[str, list[Field | None]]()
    for place in range(max(len(table.fields) for table in tables)):
        fields = [table.fields[place] if place < len(table.fields) else None for table in tables]
        name = next(one.name for one in fields if one)
        found[unlike(name, found)] = fields
    return found


def _fields(configuration: Element) -> Mapping[str, str]:
    """Return the fields of the control that are said for its parameters, by their names in small letters."""
    pairs = [line.partition("=") for line in answers(configuration).get("ControlParams", "").splitlines()]
    return {name.strip().casefold(): told.strip() for name, _, told in pairs if told.strip()}
