"""Dynamic Rename: other names for fields, from the first record, a formula, an addition, or another table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

import polars as pl
from msgspec.structs import replace

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import Field, FieldType, field
from jobyard.workflows.fields.texts import value_text
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table, made, unlike
from jobyard.workflows.toolbox.craft import Craft, names
from jobyard.workflows.work import Work

_CURRENT = "_CurrentField_"
_LATER = "*Unknown"
_FROM_SOURCE = frozenset({"RightInputRows", "RightInputMetadata"})
_SIDES = frozenset({"Prefix", "Suffix"})


class DynamicRename(Craft):
    """A name that another field has already gets a number; the records stay, but for the first where it gave names."""

    plugins: ClassVar[frozenset[str]] = frozenset({"DynamicRename"})
    entries: ClassVar[tuple[str, ...]] = ("Targets", "Source")
    optional: ClassVar[frozenset[str]] = frozenset({"Source"})
    aliases: ClassVar[Mapping[str, str]] = MappingProxyType({"Input": "Targets", "Left": "Targets", "Right": "Source"})

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return the way of renaming, or what of it is not known here."""
        mode = configuration.said("RenameMode").strip()
        if mode not in _MODES:
            return [f"the way of renaming {mode!r}"]
        if mode in {"Add", "Remove"} and configuration.said(f"{mode}PrefixSuffix", "Type").strip() not in _SIDES:
            return ["an addition to names without its place"]
        if mode in _FROM_SOURCE and _by_place(configuration) and not _all(configuration):
            return ["giving names by their places to some of the fields"]
        if mode == "RightInputRows" and not configuration.said("NamesFromRows", "NewName").strip():
            return ["names from records without the field that holds them"]
        return []

    @classmethod
    def formulas(cls, configuration: Element) -> list[str]:
        """Return the formula, where names come of one."""
        said = configuration.said("RenameMode").strip()
        return [configuration.said("Expression")] if said == "Formula" else []

    def run(self, work: Work) -> dict[str, Table]:
        """Return the table with its new names."""
        table, mode = work.table("Targets"), work.configuration.said("RenameMode").strip()
        chosen = _chosen(table, work.configuration)
        wanted = _MODES[mode](work, table, chosen)
        kept = table.rows(table.frame[1:]) if mode == "FirstRow" else table
        return {"Output": _renamed(kept, wanted)}


def _chosen(table: Table, configuration: Element) -> list[Field]:
    """Return the fields that are chosen, in the table's order."""
    listed = {element.attributes.get("name", "").casefold() for element in configuration.every("Fields", "Field")}
    said = {name.casefold() for name in names(configuration, "Fields", "Field", attribute="name")}
    later = _LATER.casefold() in said
    return [one for one in table.fields if one.name.casefold() in said or (later and one.name.casefold() not in listed)]


def _all(configuration: Element) -> bool:
    """Tell whether no field is left out."""
    return all(one.ticked("selected") for one in configuration.every("Fields", "Field"))


def _by_place(configuration: Element) -> bool:
    """Tell whether names of another table are given by their places, and not by the old names beside them."""
    if configuration.said("RenameMode").strip() == "RightInputMetadata":
        return True
    return not configuration.said("NamesFromRows", "OldName").strip()


def _renamed(table: Table, wanted: Mapping[str, str]) -> Table:
    fields = list[Field]()
    for one in table.fields:
        name = unlike(wanted.get(one.name, one.name), [other.name for other in fields])
        fields.append(replace(one, name=name))
    return made(fields, table.frame.get_columns())


def _first_row(work: Work, table: Table, chosen: Sequence[Field]) -> dict[str, str]:
    if not table.height:
        raise WorkflowRefused(reason="there is no first record to take names from")
    row = table.frame.row(0, named=True)
    empty = [one.name for one in chosen if row[one.name] is None or not value_text(row[one.name]).strip()]
    if empty:
        raise WorkflowRefused(reason=f"the first record has no name for the field {empty[0]!r}")
    return {one.name: value_text(row[one.name]) for one in chosen}


def _formula(work: Work, table: Table, chosen: Sequence[Field]) -> dict[str, str]:
    current = field(_CURRENT, FieldType.VARIABLE_WIDE_STRING)
    seen = made([current], [pl.Series([one.name for one in chosen], dtype=pl.String)])
    column = work.column(work.binder(seen).bound(work.configuration.said("Expression")), seen, _CURRENT)
    texts = work.convert(column, current).to_list()
    if not all(texts):
        raise WorkflowRefused(reason="its formula gives a field no name")
    return {one.name: text for one, text in zip(chosen, texts, strict=True)}


def _added(work: Work, table: Table, chosen: Sequence[Field]) -> dict[str, str]:
    text = work.configuration.said("AddPrefixSuffix", "Text")
    before = work.configuration.said("AddPrefixSuffix", "Type").strip() == "Prefix"
    return {one.name: f"{text}{one.name}" if before else f"{one.name}{text}" for one in chosen}


def _removed(work: Work, table: Table, chosen: Sequence[Field]) -> dict[str, str]:
    text = work.configuration.said("RemovePrefixSuffix", "Text")
    before = work.configuration.said("RemovePrefixSuffix", "Type").strip() == "Prefix"
    short = {one.name: one.name.removeprefix(text) if before else one.name.removesuffix(text) for one in chosen}
    return {name: shorter for name, shorter in short.items() if shorter}


def _from_rows(work: Work, table: Table, chosen: Sequence[Field]) -> dict[str, str]:
    source, place = work.table("Source"), ("NamesFromRows",)
    texts = field("x", FieldType.VARIABLE_WIDE_STRING)
    new = work.convert(source.frame[source.field(work.configuration.said(*place, "NewName").strip()).name], texts)
    if _by_place(work.configuration):
        pairs = list(zip([one.name for one in chosen], new.to_list(), strict=False))
    else:
        old = work.convert(source.frame[source.field(work.configuration.said(*place, "OldName").strip()).name], texts)
        known = {one.name.casefold(): one.name for one in chosen}
        rows = zip(old.to_list(), new.to_list(), strict=True)
        pairs = [(known[name.casefold()], text) for name, text in rows if name and name.casefold() in known]
    return {name: text for name, text in pairs if text}


def _from_metadata(work: Work, table: Table, chosen: Sequence[Field]) -> dict[str, str]:
    given = [one.name for one in work.table("Source").fields]
    return dict(zip([one.name for one in chosen], given, strict=False))


_MODES: dict[str, Callable[[Work, Table, Sequence[Field]], dict[str, str]]] = {
    "FirstRow": _first_row,
    "Formula": _formula,
    "Add": _added,
    "Remove": _removed,
    "RightInputRows": _from_rows,
    "RightInputMetadata": _from_metadata,
}
