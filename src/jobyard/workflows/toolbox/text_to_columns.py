"""Text to Columns: a text cut at delimiters, into fields or into records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import TEXTS, field
from jobyard.workflows.messages import Status
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, unlike
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Work

_MOST = 1_000
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "s": " ", "\\": "\\"}
_EXTRA = frozenset({"", "Last", "Warn", "Error", "Ignore"})


class TextToColumns(Craft):
    """Every letter of the delimiters cuts. What is too much for the fields is told of as the tool was told."""

    plugins: ClassVar[frozenset[str]] = frozenset({"TextToColumns"})

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return what is not done here: quotes and brackets that protect, and empty pieces that are passed over."""
        found = []
        if configuration.value("Flags").strip() not in {"", "0"}:
            found.append("delimiters that are passed over in quotes or brackets, or empty pieces that are")
        if configuration.said("ErrorHandling").strip() not in _EXTRA:
            found.append(f"what to do with too many pieces: {configuration.said('ErrorHandling').strip()!r}")
        number = configuration.value("NumFields").strip()
        if not (number.isascii() and number.isdigit() and int(number[:6]) <= _MOST):
            found.append(f"{number[:20]!r} fields")
        return found

    def run(self, work: Work) -> dict[str, Table]:
        """Return the table with the pieces."""
        table = work.table()
        source = table.field(work.configuration.said("Field").strip())
        if source.type not in TEXTS:
            raise WorkflowRefused(reason=f"{source.name!r} is {source.type}, not a text")
        delimiters = "".join(_delimiters(work.configuration.value("Delimeters")))
        count = int(work.configuration.value("NumFields").strip())
        cut = _cutting(delimiters)
        if count > 1:
            return {"Output": self._columns(work, table, source.name, cut, count)}
        pieces = table.frame.with_columns(cut(pl.col(source.name)).alias(source.name))
        work.afford(int(pieces[source.name].list.len().sum() or 0), [table])
        return {"Output": table.rows(pieces.explode(source.name))}

    @staticmethod
    def _columns(work: Work, table: Table, name: str, cut: Callable[[pl.Expr], pl.Expr], count: int) -> Table:
        lists = table.frame.select(cut(pl.col(name)).alias("x")).to_series()
        handling = work.configuration.said("ErrorHandling").strip()
        extra = int((lists.list.len() > count).sum())
        if extra and handling == "Error":
            raise WorkflowRefused(reason=f"{extra:,} records have more than {count} pieces")
        if extra and handling == "Warn":
            work.tell(Status.WARNING, f"{extra:,} records have more than {count} pieces; the others were left away.")
        root = work.configuration.said("RootName").strip() or name
        for place in range(count):
            work.check()
            column = lists.list.get(place, null_on_oob=True)
            if place == count - 1 and handling in {"Last", ""} and extra:
                column = _remainder(table.frame[name], lists, count)
            taken = [one.name for one in table.fields]
            target = field(unlike(f"{root}{place + 1}", taken), table.field(name).type, table.field(name).size)
            table = table.set(target, work.convert(column, target))
        return table


def _delimiters(said: str) -> Iterator[str]:
    at = 0
    while at < len(said):
        if said[at] == "\\" and said[at + 1 : at + 2] in _ESCAPES:
            yield _ESCAPES[said[at + 1]]
            at += 2
        else:
            yield said[at]
            at += 1


def _cutting(delimiters: str) -> Callable[[pl.Expr], pl.Expr]:
    """Return what makes lists of texts."""
    if not delimiters:
        return lambda column: column.str.split("\0\0never\0\0")
    first, others = delimiters[0], delimiters[1:]

    def cut(column: pl.Expr) -> pl.Expr:
        for other in others:
            column = column.str.replace_all(other, first, literal=True)
        return column.str.split(first)

    return cut


def _remainder(texts: pl.Series, lists: pl.Series, count: int) -> pl.Series:
    """Return what is left of each text behind the first pieces, delimiters and all."""
    frame = pl.DataFrame({"text": texts, "list": lists})
    before = pl.col("list").list.head(count - 1).list.eval(pl.element().str.len_chars().cast(pl.Int64)).list.sum()
    rest = pl.col("text").str.slice(before + (count - 1))
    return frame.select(pl.when(pl.col("list").list.len() >= count).then(rest)).to_series()
