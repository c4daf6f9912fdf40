"""Cross Tab: the values of one field become fields."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import INTEGERS, LONGEST_TEXT, NUMBERS, TEXTS, Field, FieldType, field
from jobyard.workflows.fields.texts import value_text
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, empty, made, unlike
from jobyard.workflows.toolbox.craft import Craft, names
from jobyard.workflows.toolbox.sort import ordered
from jobyard.workflows.work import Work

_METHODS = frozenset({"Sum", "Avg", "Count", "CountNonNull", "First", "Last", "Concat"})
_NUMERIC = frozenset({"Sum", "Avg"})
_MOST = 10_000
"""Fields that may come of one field's values."""


class CrossTab(Craft):
    """New fields are sorted as the document tells of the original, else by value; signs in a name become `_`.

    With several methods each name begins with its method, and with one where the document tells that the original
    did so.
    """

    plugins: ClassVar[frozenset[str]] = frozenset({"CrossTab"})

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return the methods that are not done here."""
        methods = _methods(configuration)
        found = [f"the method {method!r}" for method in methods if method not in _METHODS]
        return found if methods else ["having no method"]

    def run(self, work: Work) -> dict[str, Table]:
        """Return a record for each group, sorted by the groups."""
        table, configuration = work.table(), work.configuration
        groups = [table.field(name) for name in names(configuration, "GroupFields", "Field")]
        header, data = (
            table.field(_named(configuration, "HeaderField")),
            table.field(_named(configuration, "DataField")),
        )
        texts = work.convert(table.frame[header.name], field("\0header", FieldType.VARIABLE_WIDE_STRING))
        headers = _headers(table.frame[header.name], texts.fill_null(""), header)
        if len(headers) > _MOST:
            raise WorkflowRefused(reason=f"{header.name!r} has {len(headers):,} values, and {_MOST:,} fields are made")
        keys = [pl.col(one.name).alias(f"\0{one.name}") for one in groups]
        frame = table.frame.with_columns(texts.fill_null("").alias("\0header"))
        fields, expressions = _cells(work, groups, headers, data)
        if not table.height:
            return {"Output": empty([*groups, *fields])}
        found = frame.group_by(keys).agg(expressions) if keys else frame.select(expressions)
        columns = [found[f"\0{one.name}"] for one in groups]
        columns += [work.convert(found[one.name], one) for one in fields]
        return {"Output": ordered(made([*groups, *fields], columns), [one.name for one in groups])}


def _headers(values: pl.Series, texts: pl.Series, header: Field) -> list[str]:
    """Return the different headers in their order: numbers by their value, all others by their letters."""
    by = values if header.type in NUMBERS else texts
    frame = pl.DataFrame({"by": by, "text": texts}).unique("text", keep="any").sort("by", nulls_last=False)
    return frame["text"].to_list()


def _methods(configuration: Element) -> list[str]:
    return [one.attributes.get("method", one.text.strip()) for one in configuration.every("Methods", "Method")]


def _named(configuration: Element, place: str) -> str:
    found = configuration.first(place)
    return "" if found is None else found.attributes.get("field", found.text.strip())


def _cells(work: Work, groups: list[Field], headers: list[str], data: Field) -> tuple[list[Field], list[pl.Expr]]:
    methods = _methods(work.configuration)
    prefixes = len(methods) > 1 or _was_prefixed(work, methods[0], headers)
    taken, fields, expressions = [one.name for one in groups], list[Field](), list[pl.Expr]()
    for header in headers:
        for method in methods:
            clean = "".join(letter if letter.isalnum() else "_" for letter in value_text(header)) or "_"
            name = unlike(f"{method}_{clean}" if prefixes else clean, taken)
            taken.append(name)
            target, expression = _cell(work, method, data, pl.col("\0header") == header)
            fields.append(field(name, target.type, target.size, target.scale, "CrossTab:"))
            expressions.append(expression.alias(name))
    return _as_then(work, fields), expressions


def _as_then(work: Work, fields: list[Field]) -> list[Field]:
    """Return the fields in the order that the original made them in, where the document tells it of all of them."""
    then = {one.get("name", ""): place for place, one in enumerate(work.tool.expected.get("Output", ()))}
    return sorted(fields, key=lambda one: then[one.name]) if all(one.name in then for one in fields) else fields


def _was_prefixed(work: Work, method: str, headers: list[str]) -> bool:
    """Tell whether the fields that the original made of this tool begin with the method's name."""
    made_then = {one.get("name", "") for one in work.tool.expected.get("Output", ())}
    return any(f"{method}_{header}" in made_then and header not in made_then for header in headers)


def _cell(work: Work, method: str, data: Field, here: pl.Expr) -> tuple[Field, pl.Expr]:
    column = pl.col(data.name).filter(here)
    if method in {"Count", "CountNonNull"}:
        counted = column.len() if method == "Count" else column.count()
        return field("", FieldType.INT64), counted.cast(pl.Int64)
    if method in {"First", "Last"}:
        return data, column.first() if method == "First" else column.last()
    if method in _NUMERIC:
        if data.type not in NUMBERS:
            raise WorkflowRefused(reason=f"{method} is not possible on {data.name!r}, which is {data.type}")
        whole = method == "Sum" and data.type in INTEGERS
        number = column.cast(pl.Int64 if whole else pl.Float64)
        found = pl.when(number.count() > 0).then(number.sum()) if method == "Sum" else number.mean()
        return field("", FieldType.INT64 if whole else FieldType.DOUBLE), found
    if data.type not in TEXTS:
        raise WorkflowRefused(reason=f"Concat is done here on texts only, and {data.name!r} is {data.type}")
    said = work.configuration.value("Methods", "FieldSize").strip()
    size = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else LONGEST_TEXT
    separator = work.configuration.said("Methods", "Separator", otherwise=",")
    joined = column.drop_nulls().str.join(separator)
    return field("", data.type, size), pl.when(column.count() > 0).then(joined)
