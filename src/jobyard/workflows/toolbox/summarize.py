"""Summarize: one record for each group, sorted by the groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import (
    FLOATS,
    INTEGERS,
    LONGEST_TEXT,
    NARROW,
    NUMBERS,
    TEXTS,
    Field,
    FieldType,
    field,
)
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, empty, made, unlike
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.toolbox.sort import ordered
from jobyard.workflows.work import Work

_COUNTS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "Count": lambda column: column.len(),
    "CountNonNull": lambda column: column.count(),
    "CountNull": lambda column: column.null_count(),
    "CountDistinct": lambda column: column.n_unique(),
    "CountDistinctNonNull": lambda column: column.drop_nulls().n_unique(),
}
_BLANKS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "CountBlank": lambda column: (column.is_null() | (column == "")).fill_null(value=True).sum(),
    "CountNonBlank": lambda column: (column != "").fill_null(value=False).sum(),
}
_ANY: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "Min": lambda column: column.min(),
    "Max": lambda column: column.max(),
    "First": lambda column: column.first(),
    "Last": lambda column: column.last(),
    "Mode": lambda column: column.drop_nulls().mode().sort().first(),
}
_DOUBLES: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "Avg": lambda column: column.mean(),
    "AvgNo0": lambda column: column.filter(column != 0).mean(),
    "Median": lambda column: column.median(),
    "StdDev": lambda column: column.std(),
    "Variance": lambda column: column.var(),
}


def _by_length(column: pl.Expr, *, longest: bool) -> pl.Expr:
    """Return the first of the longest or of the shortest texts."""
    known = column.drop_nulls()
    return known.sort_by(known.str.len_chars(), descending=longest, maintain_order=True).first()


_TEXTUAL: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "Longest": lambda column: _by_length(column, longest=True),
    "Shortest": lambda column: _by_length(column, longest=False),
}
_KNOWN = {"GroupBy", "Sum", "Concat", *_COUNTS, *_BLANKS, *_ANY, *_DOUBLES, *_TEXTUAL}


class Summarize(Craft):
    """Nulls form a group. Sums, averages and extremes pass over them; Count does not."""

    plugins: ClassVar[frozenset[str]] = frozenset({"Summarize"})

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return the actions that are not done here."""
        actions = {
            line.attributes.get("action", "") for line in configuration.every("SummarizeFields", "SummarizeField")
        }
        return [f"the action {action!r}" for action in sorted(actions - _KNOWN)]

    def run(self, work: Work) -> dict[str, Table]:
        """Return the groups; without groups one record, and none when nothing came in."""
        table = work.table()
        lines = work.configuration.every("SummarizeFields", "SummarizeField")
        targets, expressions, groups, taken = list[Field](), list[pl.Expr](), list[str](), list[str]()
        for line in lines:
            action = line.attributes.get("action", "")
            source = _source(table, line.attributes.get("field", ""), action)
            name = unlike(line.attributes.get("rename", "") or f"{action}_{source.name}", taken)
            taken.append(name)
            target, expression = _aggregate(line, source, action)
            targets.append(_renamed(target, name))
            expressions.append(expression.alias(name))
            if action == "GroupBy":
                groups.append(source.name)
        if not table.height or not lines:
            return {"Output": empty(targets)}
        grouped = [expression for line, expression in zip(lines, expressions, strict=True) if not _is_group(line)]
        found = _computed(table, groups, grouped)
        columns = [
            found[line.attributes.get("field", "")] if _is_group(line) else found[target.name]
            for line, target in zip(_spelled(lines, table), targets, strict=True)
        ]
        result = made(targets, [work.convert(column, target) for column, target in zip(columns, targets, strict=True)])
        by = [target.name for line, target in zip(lines, targets, strict=True) if _is_group(line)]
        return {"Output": ordered(result, by)}


def _source(table: Table, name: str, action: str) -> Field:
    """Return the field that is meant. Where records are only counted, any does if it is not there."""
    there = any(one.name.casefold() == name.casefold() for one in table.fields)
    return table.fields[0] if action == "Count" and table.fields and not there else table.field(name)


def _is_group(line: Element) -> bool:
    return line.attributes.get("action") == "GroupBy"


def _spelled(lines: list[Element], table: Table) -> list[Element]:
    """Return the lines with the names of fields as the table spells them."""
    return [
        Element(line.name, {**line.attributes, "field": f"\0{table.field(line.attributes['field']).name}"})
        if _is_group(line)
        else line
        for line in lines
    ]


def _computed(table: Table, groups: list[str], expressions: list[pl.Expr]) -> pl.DataFrame:
    keys = [pl.col(name).alias(f"\0{name}") for name in dict.fromkeys(groups)]
    if not keys:
        return table.frame.select(expressions)
    return table.frame.group_by(keys, maintain_order=False).agg(expressions)


def _renamed(target: Field, name: str) -> Field:
    return Field(name=name, type=target.type, size=target.size, scale=target.scale, source=target.source)


def _aggregate(line: Element, source: Field, action: str) -> tuple[Field, pl.Expr]:
    column = pl.col(source.name)
    if action in _COUNTS or action in _BLANKS:
        if action in _BLANKS and source.type not in TEXTS:
            action = "CountNull" if action == "CountBlank" else "CountNonNull"
        return field(source.name, FieldType.INT64), {**_COUNTS, **_BLANKS}[action](column).cast(pl.Int64)
    if action == "GroupBy" or action in _ANY:
        return source, _ANY[action if action in _ANY else "First"](column)
    if action == "Concat":
        return _concatenated(line, source, column)
    if action in _TEXTUAL:
        _expect(source, TEXTS, action)
        return source, _TEXTUAL[action](column)
    _expect(source, NUMBERS | {FieldType.BOOL}, action)
    if action == "Sum":
        return _summed(source, column)
    return field(source.name, FieldType.DOUBLE), _DOUBLES[action](column.cast(pl.Float64))


def _expect(source: Field, types: frozenset[FieldType], action: str) -> None:
    if source.type not in types:
        raise WorkflowRefused(reason=f"{action} is not possible on {source.name!r}, which is {source.type}")


def _summed(source: Field, column: pl.Expr) -> tuple[Field, pl.Expr]:
    if source.type in INTEGERS or source.type is FieldType.BOOL:
        target, column = field(source.name, FieldType.INT64), column.cast(pl.Int64)
    elif source.type in FLOATS:
        target, column = field(source.name, FieldType.DOUBLE), column.cast(pl.Float64)
    else:
        target = field(source.name, FieldType.FIXED_DECIMAL, min(39, source.size + 10), source.scale)
    return target, pl.when(column.count() > 0).then(column.sum())


def _concatenated(line: Element, source: Field, column: pl.Expr) -> tuple[Field, pl.Expr]:
    if source.type is FieldType.BLOB:
        raise WorkflowRefused(reason=f"Concat is not possible on {source.name!r}, which is a Blob")
    if source.type not in TEXTS:
        raise WorkflowRefused(reason=f"Concat is done here on texts only, and {source.name!r} is {source.type}")
    start, end = line.said("Concat_Start"), line.said("Concat_End")
    joined = column.drop_nulls().str.join(line.said("Separator", otherwise=","))
    wide = source.type not in NARROW
    type_ = FieldType.VARIABLE_WIDE_STRING if wide else FieldType.VARIABLE_STRING
    return field(source.name, type_, LONGEST_TEXT), pl.concat_str(pl.lit(start), joined, pl.lit(end))
