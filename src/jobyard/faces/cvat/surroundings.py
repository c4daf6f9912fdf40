"""What this face is handed in by the server, and the request through which its routes reach it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from litestar import Request
from litestar.datastructures import State

from jobyard.datasets.catalog import Datasets
from jobyard.datasets.catalog.guiding import Guides
from jobyard.datasets.uploads import Uploads
from jobyard.datasets.work.tasks import Tasks
from jobyard.engine.engine import Engine
from jobyard.faces.cvat.login import Came
from jobyard.faces.cvat.space import Space
from jobyard.people.record import Actor
from jobyard.settings import Settings

USERS = "users"
"""The line of numbers that users have."""
ORGANIZATIONS = "projects"
"""The line of numbers that projects of sharing have; for these clients they are organizations."""
REPORTS = "reports"
"""The line of numbers that quality reports have; a report is a job that made one."""
KEYS = "keys"
"""The line of numbers that access tokens have."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """The house as the face sees it."""

    engine: Engine
    datasets: Datasets
    tasks: Tasks
    guides: Guides
    uploads: Uploads
    settings: Settings
    base_url: Callable[[], str]
    """The address clients use, without a slash at its end."""
    version: str


class Ask(Request[Actor, Came, State]):
    """A request whose sender is known: `user` is the actor, `auth` what they proved it with."""

    @property
    def house(self) -> Surroundings:
        """What the server handed in."""
        found: Surroundings = self.app.state["surroundings"]
        return found

    @property
    def engine(self) -> Engine:
        """The engine behind every verb."""
        return self.house.engine

    @property
    def datasets(self) -> Datasets:
        """The datasets, which these clients call tasks, and their collections, which they call projects."""
        return self.house.datasets

    @property
    def space(self) -> Space:
        """Which organization the request is about."""
        found: Space = self.scope["state"]["space"]
        return found

    @property
    def asked(self) -> dict[str, str]:
        """The query parameters; of several of one name the last."""
        found: dict[str, str] = self.scope["state"]["asked"]
        return found

    @property
    def address(self) -> str:
        """The address the request came from; empty on a local socket."""
        return self.client.host if self.client else ""

    def link(self, path: str) -> str:
        """Return the absolute address of something of this face."""
        return f"{self.house.base_url()}/api/{path}"
