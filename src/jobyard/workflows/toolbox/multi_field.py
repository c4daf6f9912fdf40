"""Multi-Field Formula: one formula for several fields, each in turn being the current one."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.document.placeholders import named
from jobyard.workflows.fields.record import NUMBERS, TEXTS, Field, FieldType, declared, field
from jobyard.workflows.formula.binding import Binder
from jobyard.workflows.refusals import FormulaWrong, WorkflowRefused
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox.craft import Craft, names
from jobyard.workflows.work import Work

_CURRENT, _NAME, _TYPE = "_CurrentField_", "_CurrentFieldName_", "_CurrentFieldType_"
_LATER = "*Unknown"
_KINDS = {"": frozenset(FieldType), "All": frozenset(FieldType), "Numeric": NUMBERS, "Text": TEXTS}
_SIDES = frozenset({"Prefix", "Suffix"})


class MultiFieldFormula(Craft):
    """The formula sees the records as they came. One that changes fields may not look at the others that it changes."""

    plugins: ClassVar[frozenset[str]] = frozenset({"MultiFieldFormula"})

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return which fields are meant, or how new ones are called, when that is not known here."""
        found, kind = list[str](), configuration.said("FieldType").strip()
        if _LATER in names(configuration, "Fields", "Field", attribute="name") and kind not in _KINDS:
            found.append(f"fields of the kind {kind!r} that are not listed")
        if configuration.flag("CopyOutput") and configuration.said("NewFieldAddOnPos").strip() not in _SIDES:
            found.append("new fields without a place for what is added to their names")
        return found

    @classmethod
    def formulas(cls, configuration: Element) -> list[str]:
        """Return the formula."""
        return [configuration.said("Expression")]

    def run(self, work: Work) -> dict[str, Table]:
        """Return the table with its new or changed fields."""
        came, configuration = work.table(), work.configuration
        chosen = _chosen(came, configuration)
        if not configuration.flag("CopyOutput"):
            _require_apart(work, came, chosen)
        table = came
        for one in chosen:
            seen = _seen(came, one)
            column = work.column(work.binder(seen).bound(configuration.said("Expression")), seen, one.name)
            target = _target(one, configuration)
            table = table.set(target, work.convert(column, target))
        return {"Output": table}


def _chosen(table: Table, configuration: Element) -> list[Field]:
    """Return the fields that are listed, and those that are not where such are meant, in the table's order."""
    listed = {element.attributes.get("name", "") for element in configuration.every("Fields", "Field")}
    said = names(configuration, "Fields", "Field", attribute="name")
    wanted = {table.field(name).name for name in said if name != _LATER}
    if _LATER in said:
        kinds = _KINDS[configuration.said("FieldType").strip()]
        wanted |= {one.name for one in table.fields if one.name not in listed and one.type in kinds}
    return [one for one in table.fields if one.name in wanted]


def _require_apart(work: Work, table: Table, chosen: list[Field]) -> None:
    """Raise WorkflowRefused where the formula names a field that is changed too: which value is meant is not known."""
    formula, changed = work.configuration.said("Expression"), {one.name for one in chosen}
    if len(chosen) < 2:
        return
    for one in chosen:
        seen = _seen(table, one)
        work.binder(seen).bound(formula)
        apart = [field_ for field_ in seen.fields if field_.name not in changed]
        with suppress(FormulaWrong):
            Binder(apart, work.around.functions, constants=named(work.document)).bound(formula)
            continue
        raise WorkflowRefused(reason="its formula names a field that it changes; only [_CurrentField_] may stand there")


def _seen(table: Table, current: Field) -> Table:
    """Return a table in which a formula also finds the current field, its name and its type."""
    kept = [one for one in table.fields if one.name not in {_CURRENT, _NAME, _TYPE}]
    told = {_NAME: current.name, _TYPE: current.type.value}
    columns = [table.frame[one.name] for one in kept]
    columns += [table.frame[current.name].alias(_CURRENT)]
    columns += [pl.Series(name, [text] * table.height, dtype=pl.String) for name, text in told.items()]
    wide = [field(name, FieldType.VARIABLE_WIDE_STRING) for name in told]
    also = Field(name=_CURRENT, type=current.type, size=current.size, scale=current.scale)
    return Table((*kept, also, *wide), pl.DataFrame(columns))


def _target(one: Field, configuration: Element) -> Field:
    """Return the field that is made of one: with another name, another type, or the same as before."""
    name, said = one.name, configuration.first("OutputFieldType")
    if configuration.flag("CopyOutput"):
        added = configuration.said("NewFieldAddOn")
        name = f"{added}{name}" if configuration.said("NewFieldAddOnPos").strip() == "Prefix" else f"{name}{added}"
    if not configuration.flag("ChangeFieldType") or said is None:
        return Field(name=name, type=one.type, size=one.size, scale=one.scale, source="MultiFieldFormula:")
    size, scale = said.attributes.get("size", ""), said.attributes.get("scale", "")
    return declared(name, said.attributes.get("type", ""), f"{size}.{scale}" if scale else size, "MultiFieldFormula:")
