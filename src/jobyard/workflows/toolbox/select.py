"""Select: choose, rename, reorder and retype fields."""

from __future__ import annotations

from typing import ClassVar

from jobyard.workflows.document.markup import Element
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox import selecting
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Work


class Select(Craft):
    """Records stay as they are, values where their field keeps its type."""

    plugins: ClassVar[frozenset[str]] = frozenset({"AlteryxSelect", "Select"})

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return what the list of fields asks for and is not done here."""
        return selecting.unsupported(configuration)

    def run(self, work: Work) -> dict[str, Table]:
        """Return the chosen fields."""
        table = work.table()
        candidates = [selecting.Candidate(field.name, field, table) for field in table.fields]
        found = selecting.chosen(work, work.configuration, candidates)
        return {"Output": found if found.fields else Table((), table.frame.select([]))}
