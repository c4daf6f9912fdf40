"""Test: ends the run where what comes in is not as it should be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from jobyard.workflows.document.markup import Element
from jobyard.workflows.messages import Status
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox.craft import Craft, input_number
from jobyard.workflows.work import Work

_TYPES = frozenset({"ExpAll", "ExpFirst"})


class Testing(Craft):
    """An expression has to hold for every record, or for the first; a null does not hold."""

    plugins: ClassVar[frozenset[str]] = frozenset({"Test"})
    takes_many: ClassVar[bool] = True
    ports: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return what shall be tested and is not known here."""
        types = sorted({one.said("Type").strip() for one in _tests(configuration)} - _TYPES)
        found = [f"a test of type {type_!r}" for type_ in types]
        strange = [one.said("Connection") for one in _tests(configuration) if _number(one) is None]
        return found + [f"testing the input {name[:40]!r}" for name in strange]

    @classmethod
    def formulas(cls, configuration: Element) -> list[str]:
        """Return the expressions."""
        return [one.said("Value") for one in _tests(configuration) if one.said("Type").strip() in _TYPES]

    def run(self, work: Work) -> dict[str, Table]:
        """Return nothing. Raises WorkflowRefused with the names of the tests that failed."""
        tables = work.inputs.get("Input", ())
        failed = [one for one in _tests(work.configuration) if not _holds(work, one, tables)]
        for one in failed:
            work.tell(Status.ERROR, f"The test {one.said('Name')!r} failed: {one.said('Value')}")
        if failed:
            names = ", ".join(repr(one.said("Name")[:100]) for one in failed[:5])
            raise WorkflowRefused(reason=f"{len(failed)} of its tests failed: {names}")
        return {}


def _tests(configuration: Element) -> list[Element]:
    return configuration.every("Tests", "Test")


def _number(test: Element) -> int | None:
    """Return the number of the input that a test is about."""
    return input_number(test.said("Connection"))


def _holds(work: Work, test: Element, tables: Sequence[Table]) -> bool:
    number = _number(test) or 0
    if number > len(tables):
        raise WorkflowRefused(reason=f"nothing is connected to its input {number}")
    table = tables[number - 1]
    if test.said("Type").strip() == "ExpFirst":
        table = table.rows(table.frame.head(1))
    column = work.column(work.binder(table).condition(test.said("Value")), table, test.said("Name"))
    return bool(column.fill_null(value=False).all())
