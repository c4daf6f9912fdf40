"""Append Fields: each record of the one table with each record of the other."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.messages import Status
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox import selecting
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Work

_MANY = 16
"""Records of the source from which the original warns or stops, where it was told to."""


class AppendFields(Craft):
    """How large the result will be is known before it is made."""

    plugins: ClassVar[frozenset[str]] = frozenset({"AppendFields"})
    entries: ClassVar[tuple[str, ...]] = ("Targets", "Source")

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return what the list of fields asks for and is not done here."""
        return selecting.unsupported(_choice(configuration))

    def run(self, work: Work) -> dict[str, Table]:
        """Return the records, all partners of the first target first."""
        targets, source = work.table("Targets"), work.table("Source")
        mode = work.configuration.said("CartesianMode").strip()
        if source.height > _MANY and mode in {"Error", "Warn"}:
            said = f"the source has {source.height:,} records, more than {_MANY}"
            if mode == "Error":
                raise WorkflowRefused(reason=said)
            work.tell(Status.WARNING, f"{said[:1].upper()}{said[1:]}.")
        total = targets.height * source.height
        work.afford(total, [targets, source])
        numbers = pl.int_range(total, dtype=pl.Int64, eager=True)
        width = max(1, source.height)
        one = targets.rows(targets.frame[numbers // width])
        other = source.rows(source.frame[numbers % width])
        candidates = [selecting.Candidate(f"Target_{field.name}", field, one) for field in targets.fields]
        candidates += [selecting.Candidate(f"Source_{field.name}", field, other, "Source_") for field in source.fields]
        return {"Output": selecting.chosen(work, _choice(work.configuration), candidates)}


def _choice(configuration: Element) -> Element:
    return configuration.first("SelectConfiguration", "Configuration") or Element("Configuration")
