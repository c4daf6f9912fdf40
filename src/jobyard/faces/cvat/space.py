"""Which organization a request is about; our projects of sharing are these clients' organizations."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Where(StrEnum):
    """What a request says of organizations."""

    ANYWHERE = "anywhere"
    """Nothing: whatever the sender may see; what is made is private."""
    PRIVATE = "private"
    """Only what belongs to no organization."""
    INSIDE = "inside"
    """Only what belongs to one organization."""


class Space(Struct, frozen=True, kw_only=True):
    """The part of the house that a request is about."""

    where: Where = Where.ANYWHERE
    project: str | None = None
    """The id of the project that is meant; only for INSIDE."""

    def holds(self, project: str | None) -> bool:
        """Tell whether something of this project lies in it."""
        return self.where is Where.ANYWHERE or project == self.project
