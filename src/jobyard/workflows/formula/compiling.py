"""Computing a formula by columns. What a column cannot do is done row by row, and only that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from jobyard.workflows.fields.columns import Losses
from jobyard.workflows.formula.bound import VARIES, Bound, Call, Choice, Column, Constant, Function
from jobyard.workflows.formula.conversions import DTYPES

_TOLD = 100
_TURNS = 4096


@dataclass
class _Doubt:
    """Where a complaint may be due: its step, and the branch of the formula in which it stands."""

    step: str
    first: pl.Expr
    function: Function
    within: pl.Expr | None


@dataclass
class _Plan:
    """What is computed beforehand, in order."""

    check: Callable[[], None]
    steps: list[tuple[str, pl.Expr]] = field(default_factory=list)
    doubts: list[_Doubt] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)


def evaluated(node: Bound, frame: pl.DataFrame, check: Callable[[], None]) -> tuple[pl.Series, Losses]:
    """Return the formula's value for every row of a frame, and what was lost on the way."""
    plan = _Plan(check)
    result = _expression(node, plan, None)
    for name, step in plan.steps:
        frame = frame.with_columns(step.alias(name))
        _raise(plan)
    found = frame.select(result.alias("\0result")).to_series()
    _raise(plan)
    if len(found) != frame.height:
        found = found.new_from_index(0, frame.height)
    return found, _told(plan, frame)


def _raise(plan: _Plan) -> None:
    if plan.failures:
        raise plan.failures[0]


def _expression(node: Bound, plan: _Plan, within: pl.Expr | None) -> pl.Expr:
    if isinstance(node, Constant):
        return pl.lit(node.value, dtype=DTYPES[node.kind])
    if isinstance(node, Column):
        return pl.col(node.name).cast(DTYPES[node.kind])
    if isinstance(node, Choice):
        return _choice(node, plan, within)
    return _call(node, plan, within)


def _choice(node: Choice, plan: _Plan, within: pl.Expr | None) -> pl.Expr:
    rest: pl.Expr | None = within
    chain: Any = None
    for condition, result in node.cases:
        holds = _expression(condition, plan, rest).fill_null(value=False)
        inner = holds if rest is None else rest & holds
        then = _expression(result, plan, inner)
        chain = pl.when(holds).then(then) if chain is None else chain.when(holds).then(then)
        rest = ~holds if rest is None else rest & ~holds
    otherwise = _expression(node.otherwise, plan, rest)
    found: pl.Expr = otherwise if chain is None else chain.otherwise(otherwise)
    return found


def _call(node: Call, plan: _Plan, within: pl.Expr | None) -> pl.Expr:
    given = [_expression(argument, plan, within) for argument in node.arguments]
    known = [argument.value if isinstance(argument, Constant) else VARIES for argument in node.arguments]
    if VARIES not in known:  # one value is no column to what maps columns
        given = [pl.repeat(one.value, pl.len(), dtype=DTYPES[one.kind]) for one in node.arguments]  # type: ignore[union-attr]  # constants all
    function = node.function
    found = function.column(given, known) if function.column else None
    if found is None:
        found = _row_by_row(function, given, known, DTYPES[node.kind], plan)
    if not function.complaint:
        return found
    name = f"\0step{len(plan.steps)}"
    plan.steps.append((name, found))
    plan.doubts.append(_Doubt(name, given[0], function, within))
    return pl.col(name)


def _row_by_row(
    function: Function, given: Sequence[pl.Expr], known: Sequence[Any], dtype: pl.DataType, plan: _Plan
) -> pl.Expr:
    places = [place for place, value in enumerate(known) if value is VARIES]
    varying = [given[place] for place in places] or [pl.int_range(pl.len())]

    def batch(columns: Sequence[pl.Series]) -> pl.Series:
        length = max(len(column) for column in columns)
        lists = [column.to_list() * (1 if len(column) == length else length) for column in columns]
        try:
            values = _rows(function, known, places, lists, length, plan.check)
        except BaseException as error:  # noqa: BLE001 - polars would wrap it; it is raised again behind it
            plan.failures.append(error)
            values = [None] * length
        return pl.Series(values, dtype=dtype, strict=False)

    return pl.map_batches(varying, batch, return_dtype=dtype)


def _rows(
    function: Function,
    known: Sequence[Any],
    places: Sequence[int],
    lists: Sequence[Sequence[Any]],
    length: int,
    check: Callable[[], None],
) -> list[Any]:
    values, arguments, seen = list[Any](), list(known), dict[Any, Any]()
    single = function.pure and len(places) == 1
    for turn in range(length):
        if turn % _TURNS == 0:
            check()
        row = tuple(column[turn] for column in lists) if places else ()
        if single and row in seen:
            values.append(seen[row])
            continue
        for place, value in zip(places, row, strict=True):
            arguments[place] = value
        found = None if None in arguments and not function.sees_null else function.row(*arguments)
        if single and len(seen) < _TURNS:
            seen[row] = found
        values.append(found)
    return values


def _told(plan: _Plan, frame: pl.DataFrame) -> Losses:
    count, sentences = 0, list[str]()
    for doubt in plan.doubts:
        first = doubt.first
        if doubt.function.wrong is None:
            due = first.is_not_null() & pl.col(doubt.step).is_null() & (first.cast(pl.String) != "")
        else:
            due = first.cast(pl.Float64, strict=False).is_null() & first.is_not_null()
        if doubt.within is not None:
            due &= doubt.within
        values = frame.filter(due.fill_null(value=False)).select(first.alias("x")).to_series().to_list()
        if doubt.function.wrong is not None:
            values = [value for value in values if doubt.function.wrong(value)]
        count += len(values)
        sentences += [doubt.function.complaint.format(value) for value in values[: _TOLD - len(sentences)]]
    return Losses(count, tuple(sentences))
