"""Join: records of two tables side by side, where some fields are equal or their places are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import INTEGERS, NUMBERS, TEXTS, Field, FieldType
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox import selecting
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.toolbox.sort import ordered
from jobyard.workflows.work import Work

_LEFT, _RIGHT = "\0left", "\0right"


class Join(Craft):
    """A null is equal to nothing. Where the order is promised, all three outputs are sorted by the keys."""

    plugins: ClassVar[frozenset[str]] = frozenset({"Join"})
    entries: ClassVar[tuple[str, ...]] = ("Left", "Right")
    ports: ClassVar[tuple[str, ...]] = ("Left", "Join", "Right")

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return what the list of fields asks for and is not done here, and keys that do not come in pairs."""
        found = selecting.unsupported(_choice(configuration))
        left, right = _keys(configuration, "Left"), _keys(configuration, "Right")
        if not _by_place(configuration) and (len(left) != len(right) or not left):
            found.append("keys that do not come in pairs")
        return found

    def run(self, work: Work) -> dict[str, Table]:
        """Return the left records without partner, the pairs, and the right records without partner."""
        left, right = work.table("Left"), work.table("Right")
        if _by_place(work.configuration):
            return _places(work, left, right)
        lefts = [left.field(name).name for name in _keys(work.configuration, "Left")]
        rights = [right.field(name).name for name in _keys(work.configuration, "Right")]
        if not work.free_order:
            left, right = ordered(left, lefts), ordered(right, rights)
        keys = _comparable(left, right, lefts, rights)
        one, other = _keyed(left, keys, 0, _LEFT), _keyed(right, keys, 1, _RIGHT)
        on = [f"\0key{place}" for place in range(len(keys))]
        afford(work, (left, right), one, other, on)
        order = "none" if work.free_order else "left_right"
        pairs = one.join(other, on=on, how="inner", maintain_order=order)  # type: ignore[arg-type]  # one of polars' words
        return {
            "Left": left.rows(_without(left, one, other, on, _LEFT)),
            "Join": _side_by_side(work, left, right, pairs[_LEFT], pairs[_RIGHT]),
            "Right": right.rows(_without(right, other, one, on, _RIGHT)),
        }


def _choice(configuration: Element) -> Element:
    return configuration.first("SelectConfiguration", "Configuration") or Element("Configuration")


def _by_place(configuration: Element) -> bool:
    said = configuration.attributes.get("joinByRecordPos", "") or configuration.value("JoinByRecordPos")
    return said.strip().lower() == "true"


def _keys(configuration: Element, side: str) -> list[str]:
    for info in configuration.every("JoinInfo"):
        if info.attributes.get("connection") == side:
            return [field.attributes.get("field", "") for field in info.every("Field")]
    return []


def _comparable(
    left: Table, right: Table, lefts: Sequence[str], rights: Sequence[str]
) -> list[tuple[str, str, pl.DataType | None]]:
    found: list[tuple[str, str, pl.DataType | None]] = []
    for one, other in zip(lefts, rights, strict=True):
        found.append((one, other, compared_as(left.field(one), right.field(other))))
    return found


def compared_as(one: Field, other: Field) -> pl.DataType | None:
    """Return as what two keys are compared; None as they are."""
    if {one.type, other.type} <= TEXTS or (one.type, one.scale) == (other.type, other.scale):
        return None
    if {one.type, other.type} <= NUMBERS:
        return pl.Int64() if {one.type, other.type} <= set(INTEGERS) else pl.Float64()
    if {one.type, other.type} == {FieldType.DATE, FieldType.DATE_TIME}:
        return pl.Datetime("us")
    raise WorkflowRefused(reason=f"{one.name!r} ({one.type}) and {other.name!r} ({other.type}) cannot be compared")


def _keyed(table: Table, keys: Sequence[tuple[str, str, pl.DataType | None]], side: int, number: str) -> pl.DataFrame:
    """Return only the keys and the number of each record, so that no record is copied before it has a partner."""
    columns = []
    for place, (*names, kind) in enumerate(keys):
        column = pl.col(str(names[side]))
        columns.append((column if kind is None else column.cast(kind)).alias(f"\0key{place}"))
    return table.frame.select(*columns, pl.int_range(pl.len(), dtype=pl.UInt32).alias(number))


def _without(table: Table, own: pl.DataFrame, other: pl.DataFrame, on: list[str], number: str) -> pl.DataFrame:
    if not table.height:
        return table.frame
    left = own.join(other.select(on), on=on, how="anti", maintain_order="left")[number]
    return table.frame.clear() if not len(left) else table.frame[left]


def afford(work: Work, tables: Sequence[Table], one: pl.DataFrame, other: pl.DataFrame, on: list[str]) -> None:
    """Count the pairs before they are made, where there might be too many. Raises TooMuchMemory."""
    less, more = sorted((one, other), key=lambda frame: frame.height)
    if not less.height:
        return
    counts = less.group_by(on).len("\0less")
    most = counts["\0less"].max()
    bound = more.height * (most if isinstance(most, int) else 0)
    if bound > 10 * (one.height + other.height):
        both = counts.join(more.group_by(on).len("\0more"), on=on, how="inner")
        total = both.select((pl.col("\0less").cast(pl.Int64) * pl.col("\0more").cast(pl.Int64)).sum()).item()
        work.afford(int(total), tables)


def _side_by_side(work: Work, left: Table, right: Table, lefts: pl.Series, rights: pl.Series) -> Table:
    """Return pairs of records, given by their numbers, with the fields that the list chooses."""
    one, other = left.rows(left.frame[lefts]), right.rows(right.frame[rights])
    candidates = [selecting.Candidate(f"Left_{field.name}", field, one) for field in left.fields]
    candidates += [selecting.Candidate(f"Right_{field.name}", field, other, "Right_") for field in right.fields]
    return selecting.chosen(work, _choice(work.configuration), candidates)


def _places(work: Work, left: Table, right: Table) -> dict[str, Table]:
    shared = min(left.height, right.height)
    numbers = pl.int_range(shared, dtype=pl.UInt32, eager=True)
    return {
        "Left": left.rows(left.frame[shared:]),
        "Join": _side_by_side(work, left, right, numbers, numbers),
        "Right": right.rows(right.frame[shared:]),
    }
