"""JSON Parse: a record for each value of a text in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, ClassVar, NoReturn

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import INTEGERS, TEXTS, Field, FieldType, field
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, made, unlike
from jobyard.workflows.toolbox.craft import Craft, of_each
from jobyard.workflows.work import Work

_SETTINGS = frozenset({"JSON_Field", "IncludeInOutput", "SingleField"})
_SOURCE = "JSONParse: "
_TYPED = (
    ("JSON_ValueString", FieldType.VARIABLE_WIDE_STRING),
    ("JSON_ValueInt", FieldType.INT64),
    ("JSON_ValueFloat", FieldType.DOUBLE),
    ("JSON_ValueBool", FieldType.BOOL),
)
_DIGITS = 19
"""Digits of the largest whole number."""


class JsonParse(Craft):
    """A value is called by the keys and places that lead to it, with dots between; what is empty gives no record."""

    plugins: ClassVar[frozenset[str]] = frozenset({"JSONParse"})

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return settings that are not known here, such as those of the newer engine that unnest and flatten."""
        others = {one.name for one in configuration.children} - _SETTINGS
        found = [f"the setting {name!r}" for name in sorted(others)]
        return found + ([] if configuration.said("JSON_Field").strip() else ["parsing without a field"])

    def run(self, work: Work) -> dict[str, Table]:
        """Return the other fields beside the name and the value."""
        table = work.table()
        source = table.field(work.configuration.said("JSON_Field").strip())
        if source.type not in TEXTS:
            raise WorkflowRefused(reason=f"{source.name!r} is {source.type}, not a text")
        kept = [one for one in table.fields if one is not source or work.configuration.flag("IncludeInOutput")]
        found = [values or [] for values in of_each(work, table.frame[source.name], _values)]
        counts = pl.Series([len(values) for values in found], dtype=pl.UInt32)
        work.afford(int(counts.sum() or 0), [table])
        rows = pl.int_range(table.height, dtype=pl.UInt32, eager=True).repeat_by(counts).explode(empty_as_null=False)
        told = [one for values in found for one in values]
        names = [*(one.name for one in kept)]
        fields = [field(unlike("JSON_Name", names), FieldType.VARIABLE_WIDE_STRING, source=_SOURCE)]
        columns = [pl.Series([name for name, _ in told], dtype=pl.String)]
        for target, column in _columns(work.configuration, [value for _, value in told], names):
            fields.append(target)
            columns.append(column)
        beside = table.frame.select([one.name for one in kept])[rows].get_columns() if kept else []
        return {"Output": made([*kept, *fields], [*beside, *columns])}


def _columns(configuration: Element, values: list[Any], taken: list[str]) -> Iterator[tuple[Field, pl.Series]]:
    if configuration.flag("SingleField"):
        target = field(unlike("JSON_ValueString", taken), FieldType.VARIABLE_WIDE_STRING, source=_SOURCE)
        yield target, pl.Series([_said(value) for value in values], dtype=pl.String)
        return
    kinds = [_kind(value) for value in values]
    for name, type_ in _TYPED:
        target = field(unlike(name, taken), type_, source=_SOURCE)
        own = [value if kind is type_ else None for value, kind in zip(values, kinds, strict=True)]
        yield target, _typed(type_, own)


def _typed(type_: FieldType, values: list[Any]) -> pl.Series:
    if type_ is FieldType.INT64:
        return pl.Series([None if one is None else int(one) for one in values], dtype=pl.Int64)
    if type_ is FieldType.DOUBLE:
        numbers = pl.Series([None if one is None else float(one) for one in values], dtype=pl.Float64)
        return numbers.set((~numbers.is_finite()).fill_null(value=False), None)
    return pl.Series(values, dtype=pl.Boolean if type_ is FieldType.BOOL else pl.String)


class _Number(str):
    """A number as it is written, so that no digit is lost."""

    __slots__ = ()


class _Members(list[Any]):
    """The pairs of an object, in their order, one by one even where a key comes twice."""


def _kind(value: Any) -> FieldType | None:
    if isinstance(value, bool):
        return FieldType.BOOL
    if isinstance(value, _Number):
        return FieldType.INT64 if _fits(value) else FieldType.DOUBLE
    return FieldType.VARIABLE_WIDE_STRING if isinstance(value, str) else None


def _fits(number: str) -> bool:
    digits, (least, most) = number.removeprefix("-"), INTEGERS[FieldType.INT64]
    return digits.isdigit() and len(digits) <= _DIGITS and least <= int(number) <= most


def _said(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _values(text: str) -> list[tuple[str, Any]]:
    """Return the values of a text with their names, in their order. Raises WorkflowRefused for what is no JSON."""
    if not text.strip():
        return []
    try:
        root = json.loads(
            text, parse_int=_Number, parse_float=_Number, parse_constant=_refused, object_pairs_hook=_Members
        )
    except (ValueError, RecursionError) as error:
        raise WorkflowRefused(reason=f"a text that begins with {text[:40]!r} is no JSON ({error})") from None
    if not isinstance(root, list):
        raise WorkflowRefused(reason=f"a text that begins with {text[:40]!r} is neither an object nor an array")
    found, waiting = list[tuple[str, Any]](), list[tuple[str, Any]]([("", root)])
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, list):
            pairs = value if isinstance(value, _Members) else enumerate(value)
            inner = [(f"{name}.{key}" if name else str(key), one) for key, one in pairs]
            waiting += reversed(inner)
        else:
            found.append((_whole(name), _whole(value) if type(value) is str else value))
    return found


def _whole(text: str) -> str:
    """Return a text in which halves of letters, which JSON can write, became the sign for what is no letter."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _refused(said: str) -> NoReturn:
    raise ValueError(f"{said} is no number of JSON")
