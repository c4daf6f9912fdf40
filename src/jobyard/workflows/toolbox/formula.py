"""Formula: new fields, and old ones computed anew, one behind the other."""

from __future__ import annotations

from typing import ClassVar

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import Field, declared
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Work


def _lines(configuration: Element) -> list[Element]:
    return [line for line in configuration.every("FormulaFields", "FormulaField") if line.ticked("enabled")]


class Formula(Craft):
    """Each line sees what the lines before it made."""

    plugins: ClassVar[frozenset[str]] = frozenset({"Formula"})

    @classmethod
    def formulas(cls, configuration: Element) -> list[str]:
        """Return the formula of each line."""
        return [line.attributes.get("expression", "") for line in _lines(configuration)]

    def run(self, work: Work) -> dict[str, Table]:
        """Return the table with its new and changed fields."""
        table = work.table()
        for line in _lines(work.configuration):
            field = _field(line, table)
            node = work.binder(table).bound(line.attributes.get("expression", ""))
            column = work.column(node, table, field.name)
            table = table.set(field, work.convert(column, field))
        return {"Output": table}


def _field(line: Element, table: Table) -> Field:
    """Return the field of a line; an old one keeps its name's case, and its type where the line says none."""
    name = line.attributes.get("field", "")
    old = next((one for one in table.fields if one.name.casefold() == name.casefold()), None)
    if old is not None and not line.attributes.get("type"):
        return old
    return declared(
        old.name if old else name, line.attributes.get("type", "V_WString"), line.attributes.get("size", ""), "Formula:"
    )
