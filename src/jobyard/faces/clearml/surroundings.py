"""What this face is handed in by the server, and a call as its actions see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from jobyard.engine.engine import Engine
from jobyard.experiments.house import Experiments
from jobyard.faces.clearml.paths import Version
from jobyard.faces.clearml.wire import Json
from jobyard.people.record import Actor, Key
from jobyard.settings import Settings

NEWEST: Version = (2, 34)
"""The version of the protocol that is spoken; clients choose what they send by it."""
SERVER = "2.3.0"
"""The release of their server that this one behaves like; clients ask for some things by it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """The house as the face sees it."""

    engine: Engine
    experiments: Experiments
    settings: Settings
    base_url: Callable[[], str]
    """The address clients use, without a slash at its end."""
    version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call: who makes it, and what was said."""

    house: Surroundings
    actor: Actor
    key: Key | None
    """What the caller came with; None for a password."""
    version: Version
    body: Json
    lines: list[Json] = field(default_factory=list)
    """The bodies of a batch."""
    worker: str = ""
    """Whom the caller says to be, among those that do work."""
    token: str = ""
    """A token that was made for the caller: in a login alone."""
    address: str = ""

    @property
    def experiments(self) -> Experiments:
        """The room of experiments."""
        return self.house.experiments

    def saying(self, body: Json) -> Call:
        """Return a call of the same caller that says something else."""
        return replace(self, body=body)

    def now(self) -> int:
        """Return the house's time."""
        return self.house.engine.ledger.now()
