"""Find Replace: texts of one table looked up in another, to be replaced or to bring fields along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as part
from typing import ClassVar

import polars as pl
from msgspec.structs import replace

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import LONGEST_TEXT, NARROW, TEXTS, Field, FieldType, field
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, unlike
from jobyard.workflows.toolbox.craft import Craft, names, of_each
from jobyard.workflows.work import Work

_PLACES = {"FindAny": "any", "FindWhole": "whole", "FindBegin": "begin", "FindBeginning": "begin"}
_MODES = frozenset({"Replace", "Append"})


class FindReplace(Craft):
    """What begins first is found first, of several there the first of the table; of equal ones the last one counts."""

    plugins: ClassVar[frozenset[str]] = frozenset({"FindReplace"})
    entries: ClassVar[tuple[str, ...]] = ("Targets", "Source")

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return where it shall look or what it shall do, when that is not known here."""
        found = []
        if configuration.said("FindMode").strip() not in _PLACES:
            found.append(f"looking for {configuration.said('FindMode').strip()!r}")
        if configuration.said("ReplaceMode").strip() not in _MODES:
            found.append(f"doing {configuration.said('ReplaceMode').strip()!r} with what is found")
        return found

    def run(self, work: Work) -> dict[str, Table]:
        """Return all records of the targets in their order."""
        targets, source, told = work.table("Targets"), work.table("Source"), work.configuration
        sought, key = targets.field(told.said("FieldFind").strip()), source.field(told.said("FieldSearch").strip())
        search = _Search(
            _rows_of(work, source, key, ignores_case=told.flag("NoCase")),
            _PLACES[told.said("FindMode").strip()],
            ignores_case=told.flag("NoCase"),
            whole_words=told.flag("MatchWholeWord"),
        )
        texts = work.convert(targets.frame[sought.name], field(sought.name, FieldType.VARIABLE_WIDE_STRING))
        if told.said("ReplaceMode").strip() == "Append":
            return {"Output": _appended(work, targets, source, search, texts)}
        return {"Output": _replaced(work, targets, source, search, texts)}


@dataclass(frozen=True)
class _Search:
    """Looks for texts of a table in other texts."""

    rows: Mapping[str, int]
    """Which record each text stands in, by the text as it is compared."""
    place: str
    ignores_case: bool
    whole_words: bool
    lengths: tuple[int, ...] = part(init=False)
    """How long the texts are, each length once."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "lengths", tuple(sorted({len(text) for text in self.rows})))

    def found(self, text: str, start: int = 0) -> tuple[int, int, int] | None:
        """Return the first find: where it begins, where it ends, and the record that it stands in."""
        said = _folded(text) if self.ignores_case else text
        if self.place == "whole":
            return (0, len(text), self.rows[said]) if said in self.rows else None
        for at in range(start, 1 if self.place == "begin" else len(said)):
            here = [
                (self.rows[said[at : at + one]], at + one) for one in self.lengths if said[at : at + one] in self.rows
            ]
            here = [pair for pair in here if pair[1] <= len(said) and self._stands_alone(said, at, pair[1])]
            if here:
                row, end = min(here)
                return at, end, row
        return None

    def _stands_alone(self, text: str, start: int, end: int) -> bool:
        if not self.whole_words:
            return True
        return not (_in_word(text[start - 1 : start]) or _in_word(text[end : end + 1]))


def _in_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _folded(text: str) -> str:
    """Return a text in small letters, each letter in its place."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(one.lower() if len(one.lower()) == 1 else one for one in text)


def _rows_of(work: Work, source: Table, key: Field, *, ignores_case: bool) -> dict[str, int]:
    """Return the record of each text that is looked for; nulls and empty texts are not."""
    texts = work.convert(source.frame[key.name], field(key.name, FieldType.VARIABLE_WIDE_STRING)).to_list()
    return {(_folded(text) if ignores_case else text): row for row, text in enumerate(texts) if text}


def _appended(work: Work, targets: Table, source: Table, search: _Search, texts: pl.Series) -> Table:
    def row(text: str) -> int | None:
        found = search.found(text)
        return None if found is None else found[2]

    rows = pl.Series(of_each(work, texts, row), dtype=pl.UInt32)
    table = targets
    for name in names(work.configuration, "ReplaceAppendFields", "Field"):
        one = source.field(name)
        target = replace(one, name=unlike(one.name, [other.name for other in table.fields]), description="")
        table = table.set(target, source.frame[one.name].gather(rows))
    return table


def _replaced(work: Work, targets: Table, source: Table, search: _Search, texts: pl.Series) -> Table:
    sought = targets.field(texts.name)
    if sought.type not in TEXTS:
        raise WorkflowRefused(reason=f"{sought.name!r} is {sought.type}, not a text")
    brought = source.field(work.configuration.said("ReplaceFoundField").strip())
    wide = field(brought.name, FieldType.VARIABLE_WIDE_STRING)
    given = work.convert(source.frame[brought.name], wide).to_list()
    several = work.configuration.flag("ReplaceMultipleFound") and search.place == "any"

    def text_of(text: str) -> str:
        pieces, at = list[str](), 0
        while (found := search.found(text, at)) is not None:
            start, end, row = found
            pieces += [text[at:start], given[row] or ""]
            at = end
            if not several:
                break
        return "".join([*pieces, text[at:]])

    narrow = {sought.type, brought.type} <= NARROW
    type_ = FieldType.VARIABLE_STRING if narrow else FieldType.VARIABLE_WIDE_STRING
    target = field(sought.name, type_, LONGEST_TEXT, source=sought.source)
    column = pl.Series(of_each(work, texts, text_of), dtype=pl.String)
    return targets.set(target, work.convert(column, target))
