"""Filter: records for which a condition holds, and the others."""

from __future__ import annotations

from typing import ClassVar

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.record import DATES, NUMBERS, Field, FieldType
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Work

_COMPARE = {"=": "=", "==": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_ALONE = {
    "IsNull": "IsNull([{0}])",
    "IsNotNull": "!IsNull([{0}])",
    "IsEmpty": "IsEmpty([{0}])",
    "IsNotEmpty": "!IsEmpty([{0}])",
    "IsTrue": "[{0}]",
    "IsFalse": "![{0}]",
}
_CONTAIN = {"Contains": "Contains([{0}], {1})", "NotContains": "!Contains([{0}], {1})"}


class Filter(Craft):
    """A condition that is null counts as not holding."""

    plugins: ClassVar[frozenset[str]] = frozenset({"Filter"})
    ports: ClassVar[tuple[str, ...]] = ("True", "False")

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return which of the ready-made conditions are not done here."""
        if configuration.said("Mode").strip() != "Simple":
            return []
        operator = configuration.said("Simple", "Operator").strip()
        if operator not in {*_COMPARE, *_ALONE, *_CONTAIN}:
            return [f"the condition {operator!r}"]
        dated = configuration.said("Simple", "Operands", "DateType").strip()
        return [f"a date that is {dated}"] if dated not in {"", "fixed"} else []

    @classmethod
    def formulas(cls, configuration: Element) -> list[str]:
        """Return the condition, where it was written by hand."""
        return [] if configuration.said("Mode").strip() == "Simple" else [configuration.said("Expression")]

    def run(self, work: Work) -> dict[str, Table]:
        """Return both halves, each in the order in which the records came."""
        table = work.table()
        simple = work.configuration.said("Mode").strip() == "Simple"
        formula = _simple(work.configuration, table) if simple else work.configuration.said("Expression")
        holds = work.column(work.binder(table).condition(formula), table, "Filter").fill_null(value=False)
        return {"True": table.rows(table.frame.filter(holds)), "False": table.rows(table.frame.filter(~holds))}


def _simple(configuration: Element, table: Table) -> str:
    """Return a ready-made condition as a formula."""
    operator = configuration.said("Simple", "Operator").strip()
    field = table.field(configuration.said("Simple", "Field"))
    if operator in _ALONE:
        return _ALONE[operator].format(field.name)
    operand = configuration.said("Simple", "Operands", "Operand")
    if operator in _CONTAIN:
        return _CONTAIN[operator].format(field.name, _quoted(operand))
    if field.type in DATES:
        operand = operand.strip() or configuration.said("Simple", "Operands", "StartDate")
        if field.type is FieldType.DATE or configuration.flag("Simple", "Operands", "IgnoreTimeInDateTime"):
            return f"{_day(field)} {_COMPARE[operator]} {_quoted(operand[:10])}"
    return f"[{field.name}] {_COMPARE[operator]} {_operand(operand, field)}"


def _day(field: Field) -> str:
    return f"[{field.name}]" if field.type is FieldType.DATE else f"ToDate([{field.name}])"


def _operand(operand: str, field: Field) -> str:
    if field.type is FieldType.BOOL:
        return "True" if operand.strip()[:1] in {"T", "t", "1"} else "False"
    return f"ToNumber({_quoted(operand)})" if field.type in NUMBERS else _quoted(operand)


def _quoted(text: str) -> str:
    if '"' not in text:
        return f'"{text}"'
    if "'" not in text:
        return f"'{text}'"
    raise WorkflowRefused(reason="its condition compares with a text that holds both kinds of quotes")
