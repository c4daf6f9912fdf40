"""Message: tells something about records, or ends the run because of them."""

from __future__ import annotations

from typing import ClassVar

from jobyard.workflows.document.markup import Element
from jobyard.workflows.fields.texts import value_text
from jobyard.workflows.messages import Status
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Work

_TYPES = {"Message": Status.INFO, "Info": Status.INFO, "Warning": Status.WARNING, "Error": Status.ERROR}
_TYPES |= {"FieldConversionError": Status.CONVERSION, "": Status.INFO}
_WHEN = frozenset({"", "All", "First", "Last", "Filter", "BeforeFirst", "AfterLast"})
_MOST = 1_000
"""Messages that one tool tells."""


class Message(Craft):
    """Records pass unchanged. An error is told and ends the run."""

    plugins: ClassVar[frozenset[str]] = frozenset({"Message"})

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return the moment or the type that is not known here."""
        found = []
        if configuration.said("When").strip() not in _WHEN:
            found.append(f"telling at {configuration.said('When').strip()!r}")
        if configuration.said("Type").strip() not in _TYPES:
            found.append(f"a message of type {configuration.said('Type').strip()!r}")
        return found

    @classmethod
    def formulas(cls, configuration: Element) -> list[str]:
        """Return what is told, and the condition where there is one."""
        return [_expression(configuration), *([configuration.said("Filter")] if _filters(configuration) else [])]

    def run(self, work: Work) -> dict[str, Table]:
        """Return what came in."""
        table, configuration = work.table(), work.configuration
        seen = table
        if _filters(configuration):
            holds = work.column(work.binder(table).condition(configuration.said("Filter")), table, "Filter")
            seen = table.rows(table.frame.filter(holds.fill_null(value=False)))
        when = configuration.said("When").strip()
        if when in {"First", "BeforeFirst"}:
            seen = seen.rows(seen.frame.head(1))
        elif when in {"Last", "AfterLast"}:
            seen = seen.rows(seen.frame.tail(1))
        seen = seen.rows(seen.frame.head(_MOST))
        status = _TYPES[configuration.said("Type").strip()]
        texts = work.column(work.binder(table).bound(_expression(configuration)), seen, "Message").to_list()
        for text in texts:
            work.tell(status, "" if text is None else value_text(text))
        if texts and status is Status.ERROR:
            raise WorkflowRefused(reason=f"it told an error: {value_text(texts[0])[:500]}")
        return {"Output": table}


def _filters(configuration: Element) -> bool:
    return configuration.said("When").strip() == "Filter" and bool(configuration.said("Filter").strip())


def _expression(configuration: Element) -> str:
    return configuration.said("MessageExpression")
