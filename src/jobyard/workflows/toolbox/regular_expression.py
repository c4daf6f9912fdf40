"""RegEx: replace, cut, take apart or test a text by a pattern. Patterns run on RE2."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import FieldType, declared, field
from jobyard.workflows.formula.functions import patterns
from jobyard.workflows.messages import Status
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, unlike
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Work

_METHODS = frozenset({"Replace", "ParseSimple", "ParseComplex", "Match"})
_MOST = 1_000


class RegularExpression(Craft):
    """A text that is null stays null, and matches nothing."""

    plugins: ClassVar[frozenset[str]] = frozenset({"RegEx"})

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return the method, or what of the pattern is not possible here."""
        found = []
        if configuration.said("Method").strip() not in _METHODS:
            found.append(f"the method {configuration.said('Method').strip()!r}")
        try:
            _pattern(configuration)
        except ValueError as error:
            found.append(str(error))
        return found

    def run(self, work: Work) -> dict[str, Table]:
        """Return the table with what came of the pattern."""
        table, configuration = work.table(), work.configuration
        source = table.field(configuration.said("Field").strip())
        texts = work.convert(table.frame[source.name], field(source.name, FieldType.VARIABLE_WIDE_STRING))
        method = configuration.said("Method").strip()
        if method == "Replace":
            column = _mapped(work, texts, _replacing(configuration), pl.String())
            return {"Output": table.set(source, work.convert(column, source))}
        if method == "Match":
            return {"Output": _matched(work, table, texts)}
        if method == "ParseComplex":
            return {"Output": _parsed(work, table, texts)}
        return {"Output": _tokenized(work, table, texts, source.name)}


def _pattern(configuration: Element) -> Any:
    said = configuration.first("RegExExpression")
    text = "" if said is None else said.attributes.get("value", said.text)
    return patterns.compiled(text, ignores_case=configuration.flag("CaseInsensitve", otherwise=True))


def _mapped(work: Work, texts: pl.Series, compute: Callable[[str], Any], kind: pl.DataType) -> pl.Series:
    values = []
    for turn, text in enumerate(texts.to_list()):
        if turn % 1024 == 0:
            work.check()
        values.append(None if text is None else compute(text))
    return pl.Series(texts.name, values, dtype=kind, strict=False)


def _replacing(configuration: Element) -> Callable[[str], str]:
    place = configuration.first("Replace") or Element("Replace")
    keeps = place.flag("CopyUnmatched", otherwise=True)
    replacement = place.attributes.get("expression", "")
    pattern = configuration.first("RegExExpression")
    said = "" if pattern is None else pattern.attributes.get("value", pattern.text)
    ignores = configuration.flag("CaseInsensitve", otherwise=True)
    return lambda text: patterns.replaced(text, said, replacement, ignores_case=ignores, keeps_rest=keeps)


def _matched(work: Work, table: Table, texts: pl.Series) -> Table:
    pattern = _pattern(work.configuration)
    column = _mapped(work, texts, lambda text: pattern.fullmatch(text) is not None, pl.Boolean()).fill_null(value=False)
    if work.configuration.flag("Match", "ErrorUnmatched") and not column.all():
        raise WorkflowRefused(reason=f"{int((~column).sum()):,} records do not match its pattern")
    name = work.configuration.said("Match", "Field").strip() or f"{texts.name}_Matched"
    target = field(unlike(name, [one.name for one in table.fields]), FieldType.BOOL)
    return table.set(target, column)


def _parsed(work: Work, table: Table, texts: pl.Series) -> Table:
    pattern = _pattern(work.configuration)
    lines = work.configuration.every("ParseComplex", "Field")
    if len(lines) > pattern.groups:
        raise WorkflowRefused(reason=f"its pattern has {pattern.groups} groups, and {len(lines)} fields are to be made")
    found = [None if text is None else _groups(pattern, text) for text in texts.to_list()]
    work.check()
    for place, line in enumerate(lines):
        name = unlike(line.attributes.get("field", f"Field{place + 1}"), [one.name for one in table.fields])
        target = declared(name, line.attributes.get("type", "V_String"), line.attributes.get("size", ""))
        values = [None if groups is None else groups[place] for groups in found]
        table = table.set(target, work.convert(pl.Series(values, dtype=pl.String), target))
    return table


def _groups(pattern: Any, text: str) -> Sequence[str | None] | None:
    match = pattern.search(text)
    return None if match is None else match.groups()


def _tokens(pattern: Any, text: str) -> list[str]:
    """Return every match, or its first group where there is one; matches of nothing are passed over."""
    found = []
    for match in pattern.finditer(text):
        token = match.group(1) if pattern.groups else match.group(0)
        if match.group(0):
            found.append(token or "")
    return found


def _tokenized(work: Work, table: Table, texts: pl.Series, name: str) -> Table:
    pattern, place = _pattern(work.configuration), work.configuration.first("ParseSimple") or Element("ParseSimple")
    lists = _mapped(work, texts, lambda text: _tokens(pattern, text), pl.List(pl.String))
    if place.flag("SplitToRows"):
        work.afford(int(lists.list.len().sum() or 0), [table])
        return table.rows(table.frame.with_columns(lists.alias(name)).explode(name))
    said = place.value("NumFields").strip()
    count = min(int(said), _MOST) if said.isascii() and said.isdigit() and len(said) < 6 else 1
    extra = int((lists.list.len() > count).sum())
    if extra and place.said("ErrorHandling").strip() == "Error":
        raise WorkflowRefused(reason=f"{extra:,} records have more than {count} pieces")
    if extra and place.said("ErrorHandling").strip() == "Warn":
        work.tell(Status.WARNING, f"{extra:,} records have more than {count} pieces; the others were left away.")
    root = place.said("RootName").strip() or name
    source = table.field(name)
    for number in range(count):
        target = field(unlike(f"{root}{number + 1}", [one.name for one in table.fields]), source.type, source.size)
        table = table.set(target, work.convert(lists.list.get(number, null_on_oob=True), target))
    return table
