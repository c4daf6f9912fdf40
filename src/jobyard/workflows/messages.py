"""What a run tells: numbered as the original numbers its messages, and bounded."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from jobyard.workflows.refusals import WorkflowRefused

if TYPE_CHECKING:
    from jobyard.workflows.fields.columns import Losses

ENGINE = -1
"""Stands for the run itself where a tool is told."""
_MOST = 5_000
_LONGEST = 4_000


class Status(IntEnum):
    """What a message is."""

    INFO = 1
    WARNING = 2
    ERROR = 3
    COMPLETE = 4
    CONVERSION = 5
    CONVERSION_LIMIT = 6
    FILE_READ = 8
    FILE_WRITTEN = 9
    RECORDS = 50
    """A port's records: `Output|3`."""
    BROWSE = 70


class Message(Struct, frozen=True):
    """One message."""

    status: int
    text: str
    tool: int = ENGINE


class Messages:
    """All messages of a run, in order. What is too much is counted and not kept."""

    def __init__(self, limit: int, *, stops: bool = False) -> None:
        """Take how many conversion errors of a field are told (0 for all), and whether that many end the run."""
        self.told: list[Message] = []
        self.counts: dict[int, int] = {}
        self._limit = limit
        self._stops = stops
        self._conversions: dict[tuple[int, str], int] = {}

    def tell(self, status: Status, text: str, tool: int = ENGINE) -> None:
        """Keep a message."""
        self.counts[status] = self.counts.get(status, 0) + 1
        important = status in {Status.ERROR, Status.COMPLETE}
        if len(self.told) < _MOST or important:
            self.told.append(Message(int(status), text[:_LONGEST], tool))

    def lost(self, tool: int, field: str, losses: Losses) -> None:
        """Tell what a conversion lost, up to the limit. Raises WorkflowRefused where the limit ends the run."""
        key = (tool, field)
        before = self._conversions.get(key, 0)
        after = self._conversions[key] = before + losses.count
        room = len(losses.told) if not self._limit else max(0, self._limit - before)
        for text in losses.told[:room]:
            self.tell(Status.CONVERSION, f"{field}: {text}", tool)
        self.counts[Status.CONVERSION] = self.counts.get(Status.CONVERSION, 0) + max(
            0, losses.count - min(room, len(losses.told))
        )
        if self._limit and before < self._limit <= after:
            self.tell(Status.CONVERSION_LIMIT, f"{field}: Field Conversion Error Limit Reached", tool)
            if self._stops:
                raise WorkflowRefused(reason=f"the field {field} reached the limit of conversion errors")
