"""Join Multiple: records of several tables side by side, where some fields are equal or their places are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import Field
from jobyard.workflows.messages import Status
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox import selecting
from jobyard.workflows.toolbox.craft import Craft, input_number
from jobyard.workflows.toolbox.join import afford, compared_as
from jobyard.workflows.work import Work

_MANY = 16
"""Records of one key from which the original warns or stops, where it was told to."""
_MODES = frozenset({"", "Allow", "Warn", "Error"})


class JoinMultiple(Craft):
    """A null is equal to nothing. Records without partner in some table are kept, where the tool was not told else."""

    plugins: ClassVar[frozenset[str]] = frozenset({"JoinMultiple"})
    takes_many: ClassVar[bool] = True

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return what of the list of fields, the keys or the inputs' names is not done here."""
        found = selecting.unsupported(_choice(configuration))
        if configuration.said("CartesianMode").strip() not in _MODES:
            found.append(f"doing {configuration.said('CartesianMode').strip()!r} about many partners")
        if configuration.flag("JoinByRecPos"):
            return found
        infos = configuration.every("JoinFields", "JoinInfo")
        if len({len(info.every("Field")) for info in infos}) != 1 or not infos[0].every("Field"):
            found.append("keys that do not come in pairs")
        if any(_number(info) is None for info in infos):
            found.append("inputs that are not called by their numbers")
        return found

    def run(self, work: Work) -> dict[str, Table]:
        """Return the records, sorted by the keys where the order is promised."""
        tables = work.inputs.get("Input", ())
        if len(tables) < 2:
            raise WorkflowRefused(reason="fewer than two tables are connected to it")
        inner = work.configuration.flag("OutputJoinOnly")
        if work.configuration.flag("JoinByRecPos"):
            numbers = _places(tables, inner=inner)
        else:
            numbers = _matched(work, tables, inner=inner)
        candidates = []
        for number, table in enumerate(tables, start=1):
            rows = table.rows(table.frame.select(pl.all().gather(numbers[f"\0{number}"])))
            prefix = f"Input_#{number}_"
            candidates += [selecting.Candidate(f"{prefix}{one.name}", one, rows, prefix) for one in table.fields]
        return {"Output": selecting.chosen(work, _choice(work.configuration), candidates)}


def _choice(configuration: Element) -> Element:
    return configuration.first("SelectConfiguration", "Configuration") or Element("Configuration")


def _number(info: Element) -> int | None:
    """Return the number by which an input's keys name it."""
    return input_number(info.attributes.get("connection", ""))


def _places(tables: Sequence[Table], *, inner: bool) -> pl.DataFrame:
    """Return for each table the numbers of its records: the first of all, the second of all and so on."""
    heights = [table.height for table in tables]
    height = min(heights) if inner else max(heights)
    numbers = pl.int_range(height, dtype=pl.UInt32, eager=True)
    return pl.DataFrame([numbers.set(numbers >= own, None).alias(f"\0{turn}") for turn, own in enumerate(heights, 1)])


def _matched(work: Work, tables: Sequence[Table], *, inner: bool) -> pl.DataFrame:
    """Return for each table the numbers of its records, null where it has no partner for the others."""
    infos = sorted(work.configuration.every("JoinFields", "JoinInfo"), key=lambda info: _number(info) or 0)
    if len(infos) != len(tables):
        raise WorkflowRefused(reason=f"{len(tables)} tables are connected to it, and keys are said of {len(infos)}")
    keys = [
        [table.field(one.attributes.get("field", "")) for one in info.every("Field")]
        for table, info in zip(tables, infos, strict=True)
    ]
    kinds = [_kind(fields) for fields in zip(*keys, strict=True)]
    on = [f"\0key{place}" for place in range(len(kinds))]
    result = _keyed(tables[0], keys[0], kinds, 1)
    for number, (table, own) in enumerate(zip(tables[1:], keys[1:], strict=True), start=2):
        other = _keyed(table, own, kinds, number)
        afford(work, tables[:number], result, other, on)
        result = result.join(other, on=on, how="inner" if inner else "full", coalesce=True)
    _complain(work, result, on, len(tables))
    if not work.free_order:
        by = [*on, *(f"\0{number}" for number in range(1, len(tables) + 1))]
        # Of one key the records with a partner come in the order of the tables, those without behind them.
        last = [False] * len(on) + [True] * len(tables)
        result = result.sort(by, nulls_last=last, maintain_order=True)
    return result


def _kind(fields: Sequence[Field]) -> pl.DataType | None:
    """Return as what the keys of all tables are compared; None as they are."""
    kinds = {compared_as(one, other) for one in fields for other in fields}
    wider = [kind for kind in kinds if kind is not None]
    return pl.Float64() if pl.Float64() in wider else wider[0] if wider else None


def _keyed(table: Table, keys: Sequence[Field], kinds: Sequence[pl.DataType | None], number: int) -> pl.DataFrame:
    columns = [
        (pl.col(one.name) if kind is None else pl.col(one.name).cast(kind)).alias(f"\0key{place}")
        for place, (one, kind) in enumerate(zip(keys, kinds, strict=True))
    ]
    return table.frame.select(*columns, pl.int_range(pl.len(), dtype=pl.UInt32).alias(f"\0{number}"))


def _complain(work: Work, result: pl.DataFrame, on: Sequence[str], count: int) -> None:
    """Tell of keys with many partners, or end the run, where the tool was told to."""
    mode = work.configuration.said("CartesianMode").strip()
    if mode not in {"Warn", "Error"}:
        return
    several = pl.sum_horizontal([(pl.col(f"\0{one}").n_unique() > 1).cast(pl.Int32) for one in range(1, count + 1)])
    groups = result.drop_nulls(list(on)).group_by(on).agg(pl.len().alias("\0len"), several.alias("\0several"))
    most = groups.filter(pl.col("\0several") > 1)["\0len"].max()
    if not isinstance(most, int) or most <= _MANY:
        return
    said = f"one key has {most:,} records, more than {_MANY}"
    if mode == "Error":
        raise WorkflowRefused(reason=said)
    work.tell(Status.WARNING, f"{said[:1].upper()}{said[1:]}.")
