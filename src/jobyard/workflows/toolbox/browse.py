"""Browse, and what else only lets tables pass: records go through unchanged."""

from __future__ import annotations

from typing import ClassVar

from jobyard.workflows.messages import Status
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.work import Work


class Browse(Craft):
    """The first records are kept by the run, so that people see them."""

    plugins: ClassVar[frozenset[str]] = frozenset({"BrowseV2", "Browse"})
    takes_none: ClassVar[bool] = True

    def run(self, work: Work) -> dict[str, Table]:
        """Return what came in."""
        if not work.inputs.get("Input"):
            return {}
        table = work.table()
        work.tell(Status.BROWSE, f"{table.height:,} records")
        return {"Output": table}


class BlockUntilDone(Craft):
    """Everything of a tool is done before the next begins, so its three ports give the same."""

    plugins: ClassVar[frozenset[str]] = frozenset({"BlockUntilDone"})
    ports: ClassVar[tuple[str, ...]] = ("Output1", "Output2", "Output3")

    def run(self, work: Work) -> dict[str, Table]:
        """Return what came in, at each port."""
        return dict.fromkeys(self.ports, work.table())
