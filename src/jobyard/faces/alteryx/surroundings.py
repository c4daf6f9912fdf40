"""What this face is handed in by the server, and the request through which its routes reach it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from litestar import Request
from litestar.datastructures import State

from jobyard.engine.engine import Engine
from jobyard.people.record import Actor
from jobyard.settings import Settings
from jobyard.workflows.library.verbs import Library
from jobyard.workflows.sharing.house import Sharing

_CONVERSIONS = 2
"""How many files are made into another format at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """The house as the face sees it."""

    engine: Engine
    library: Library
    sharing: Sharing
    settings: Settings
    base_url: Callable[[], str]
    """The address clients use, without a slash at its end."""
    version: str
    converting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_CONVERSIONS))
    """Held by whoever makes another format of a file; each needs much memory."""


class Ask(Request[Actor, None, State]):
    """A request whose sender is known: `user` is the actor."""

    @property
    def house(self) -> Surroundings:
        """What the server handed in."""
        found: Surroundings = self.app.state["alteryx"]
        return found

    @property
    def engine(self) -> Engine:
        """The engine behind every verb."""
        return self.house.engine

    @property
    def library(self) -> Library:
        """The workflows of the house."""
        return self.house.library

    @property
    def asked(self) -> dict[str, str]:
        """The query parameters by their names in small letters; of several of one name the last."""
        return {name: values[-1] for name, values in self.repeated.items()}

    @property
    def repeated(self) -> dict[str, list[str]]:
        """The query parameters by their names in small letters, with all that was said of each."""
        found: dict[str, list[str]] = self.scope["state"]["asked"]
        return found
