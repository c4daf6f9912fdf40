"""What a tool sees of the run it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.document.package import Package
from jobyard.workflows.document.placeholders import named
from jobyard.workflows.document.record import Document, Tool
from jobyard.workflows.fields.columns import Losses, convert
from jobyard.workflows.fields.record import Field
from jobyard.workflows.formula.binding import Binder
from jobyard.workflows.formula.bound import Bound, Chooser, Function
from jobyard.workflows.formula.compiling import evaluated
from jobyard.workflows.messages import Messages, Status
from jobyard.workflows.refusals import TooMuchMemory, WorkflowRefused
from jobyard.workflows.table import Table

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Output:
    """A file that is written once every tool has run."""

    tool: int
    name: str
    form: str
    table: Table
    options: Element


@dataclass(frozen=True)
class Surroundings:
    """What all tools of a run share."""

    package: Package
    messages: Messages
    functions: Mapping[str, Function | Chooser]
    now: datetime
    check: Callable[[], None]
    """Raises when the run shall stop."""
    memory: int
    """Bytes that one table may hold."""
    outputs: list[Output]
    files: Mapping[str, Path]
    """Files that were handed in beside the package, by their names."""


@dataclass(frozen=True)
class Work:
    """One tool with what comes into it."""

    tool: Tool
    document: Document
    around: Surroundings
    inputs: Mapping[str, Sequence[Table]]

    @property
    def configuration(self) -> Element:
        """What the tool was told."""
        return self.tool.configuration

    @property
    def free_order(self) -> bool:
        """Whether nobody relies on the order of records."""
        return self.document.settings.free_order

    def table(self, entry: str = "Input") -> Table:
        """Return the one table that comes in. Raises WorkflowRefused when none does."""
        found = self.inputs.get(entry, ())
        if not found:
            raise WorkflowRefused(reason=f"nothing is connected to its entry {entry}")
        return found[0]

    def check(self) -> None:
        """Raise when the run shall stop."""
        self.around.check()

    def tell(self, status: Status, text: str) -> None:
        """Keep a message of this tool."""
        self.around.messages.tell(status, text, self.tool.id)

    def lost(self, name: str, losses: Losses) -> None:
        """Tell what a field lost."""
        if losses.count:
            self.around.messages.lost(self.tool.id, name, losses)

    def convert(self, series: pl.Series, field: Field) -> pl.Series:
        """Return a column as a field keeps it; what is lost is told."""
        found, losses = convert(series, field, self.check)
        self.lost(field.name, losses)
        return found

    def binder(self, table: Table, more: Sequence[Field] = (), *, other_rows: bool = False) -> Binder:
        """Return what knows the columns of a table."""
        return Binder(
            [*table.fields, *more], self.around.functions, other_rows=other_rows, constants=named(self.document)
        )

    def column(self, node: Bound, table: Table, name: str) -> pl.Series:
        """Return a formula's value for every record; what is lost is told under a name."""
        found, losses = evaluated(node, table.frame, self.check)
        self.lost(name, losses)
        return found

    def afford(self, rows: int, like: Sequence[Table]) -> None:
        """Raise TooMuchMemory when so many records, as wide as these tables', would be too much."""
        width = sum(table.frame.estimated_size() / max(1, table.height) for table in like)
        self.afford_bytes(int(rows * max(1.0, width)))

    def afford_bytes(self, size: int) -> None:
        """Raise TooMuchMemory for more bytes than are allowed."""
        if size > self.around.memory:
            raise TooMuchMemory(size=size, limit=self.around.memory)
