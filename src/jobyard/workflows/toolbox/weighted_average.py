"""Weighted Average: the average of a field in which each record counts by its weight. Designer brings it as a macro."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import NUMBERS, Field, FieldType, field
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, empty, made, unlike
from jobyard.workflows.toolbox.asked import answers, listed
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.toolbox.sort import ordered
from jobyard.workflows.work import Work

_VALUE, _WEIGHT, _NAME, _GROUPS = "Value", "Weight", "OutputFieldName", "GroupFields"
_BETWEEN = '" action="GroupBy"/><SummarizeField field="'
"""What stands between the names of groups where the macro's list is written for its inside."""


class WeightedAverage(Craft):
    """A record for each group, sorted by the groups; nothing weighs nothing, and its average is null."""

    plugins: ClassVar[frozenset[str]] = frozenset({"WeightedAvg.yxmc"})
    any_name: ClassVar[bool] = True

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return what it was not told."""
        told = answers(configuration)
        missing = [name for name in (_VALUE, _WEIGHT, _NAME) if not told.get(name, "").strip()]
        return [f"a weighted average that does not say {missing[0]!r},"] if missing else []

    def run(self, work: Work) -> dict[str, Table]:
        """Return the averages."""
        table, told = work.table(), answers(work.configuration)
        value, weight = (_number(table, told[name].strip()) for name in (_VALUE, _WEIGHT))
        groups = [table.field(name) for name in _groups(told.get(_GROUPS, ""))]
        name = unlike(told[_NAME].strip(), [one.name for one in groups])
        target = field(name, FieldType.DOUBLE, source="WeightedAvg:")
        if not table.height:
            return {"Output": empty([*groups, target])}
        one, other = pl.col(value.name).cast(pl.Float64), pl.col(weight.name).cast(pl.Float64)
        if table.frame.select((one.is_null() & other.is_not_null()).any()).item():
            raise WorkflowRefused(reason=f"{value.name!r} is null in records that weigh something")
        weighed = pl.when(other.sum() != 0).then((one * other).sum() / other.sum()).alias("\0average")
        keys = [pl.col(group.name).alias(f"\0{place}") for place, group in enumerate(groups)]
        found = table.frame.group_by(keys).agg(weighed) if keys else table.frame.select(weighed)
        columns = [found[f"\0{place}"] for place in range(len(groups))]
        result = made([*groups, target], [*columns, work.convert(found["\0average"], target)])
        return {"Output": ordered(result, [group.name for group in groups])}


def _number(table: Table, name: str) -> Field:
    found = table.field(name)
    if found.type not in NUMBERS:
        raise WorkflowRefused(reason=f"{found.name!r} is {found.type}, not a number")
    return found


def _groups(said: str) -> list[str]:
    said = said.strip()
    return [piece for piece in said.split(_BETWEEN) if piece] if _BETWEEN in said else listed(said)
