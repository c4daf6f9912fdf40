"""Detour, Detour End: records go one of two ways, and what lies on the other is not done."""

from __future__ import annotations

from typing import ClassVar

from jobyard.workflows.document.markup import Element
from jobyard.workflows.refusals import WorkflowRefused
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Work

_RIGHT = "DetourRight"


class Detour(Craft):
    """The tools behind the closed way do not run, and write no file."""

    plugins: ClassVar[frozenset[str]] = frozenset({"Detour"})
    ports: ClassVar[tuple[str, ...]] = ("Left", "Right")

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return any setting but the one that says which way is open."""
        others = {one.name for one in configuration.children} - {_RIGHT}
        return [f"the setting {name!r}" for name in sorted(others)]

    def run(self, work: Work) -> dict[str, Table]:
        """Return what came in, on the open way alone."""
        return {"Right" if work.configuration.flag(_RIGHT) else "Left": work.table()}


class DetourEnd(Craft):
    """It takes what comes on the way that was open."""

    plugins: ClassVar[frozenset[str]] = frozenset({"DetourEnd"})
    entries: ClassVar[tuple[str, ...]] = ("Left", "Right")

    def run(self, work: Work) -> dict[str, Table]:
        """Return what came. Raises WorkflowRefused where something came on both ways."""
        found = [table for entry in self.entries for table in work.inputs.get(entry, ())]
        if len(found) != 1:
            raise WorkflowRefused(reason="records come on both of its ways, so that nobody knows which are meant")
        return {"Output": found[0]}
