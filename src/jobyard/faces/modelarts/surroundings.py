"""What this face is handed in by the server, and the request through which its routes reach it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from litestar import Request
from litestar.datastructures import State

from jobyard.datasets.catalog import Datasets
from jobyard.engine.engine import Engine
from jobyard.faces.modelarts.login import Place
from jobyard.people.record import Actor
from jobyard.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """The house as the face sees it."""

    engine: Engine
    datasets: Datasets
    settings: Settings
    base_url: Callable[[], str]
    """The address clients use, without a slash at its end."""


class Ask(Request[Actor, Place, State]):
    """A request whose sender is known: `user` is the actor, `auth` the project that they work in."""

    @property
    def house(self) -> Surroundings:
        """What the server handed in."""
        found: Surroundings = self.app.state["modelarts"]
        return found

    @property
    def engine(self) -> Engine:
        """The engine behind every verb."""
        return self.house.engine

    @property
    def datasets(self) -> Datasets:
        """The datasets of the house."""
        return self.house.datasets

    @property
    def address(self) -> str:
        """The address the request came from; empty on a local socket."""
        return self.client.host if self.client else ""
