"""The bench's work as a kind of Jobyard."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from bench import body
from jobyard.kinds import Context, Kind


class Append(Kind):
    """Appends one record."""

    name: ClassVar[str] = "bench.append"
    title: ClassVar[str] = "Append a record"

    class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
        """Which job it is."""

        number: int

    def run(self, parameters: Append.Parameters, context: Context) -> None:
        """Append the record."""
        body.append(parameters.number)


KINDS: tuple[type[Kind], ...] = (Append,)
