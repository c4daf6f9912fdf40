"""What the native face is handed in by the server, and the request through which its routes reach it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from litestar import Request
from litestar.datastructures import State

from jobyard.datasets.catalog import Datasets
from jobyard.datasets.endpoints import Endpoints
from jobyard.datasets.work.sendings import Sendings
from jobyard.datasets.work.showing import Showing
from jobyard.engine.engine import Engine
from jobyard.experiments.house import Experiments
from jobyard.faces.native.frames import Frames
from jobyard.faces.native.login import Came
from jobyard.faces.native.stream import Streams, Watch
from jobyard.faces.native.words import Names
from jobyard.people.record import Actor
from jobyard.settings import Settings
from jobyard.workflows.library.verbs import Library
from jobyard.workflows.sharing.house import Sharing


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """The house as the face sees it."""

    engine: Engine
    datasets: Datasets
    endpoints: Endpoints
    sendings: Sendings
    showing: Showing
    experiments: Experiments
    library: Library
    sharing: Sharing
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
    def names(self) -> Names:
        """The names of projects."""
        found: Names = self.app.state["names"]
        return found

    @property
    def streams(self) -> Streams:
        """The open streams."""
        found: Streams = self.app.state["streams"]
        return found

    @property
    def frames(self) -> Frames:
        """The frames of the feed that were written already."""
        found: Frames = self.app.state["frames"]
        return found

    def watch(self) -> Watch:
        """Return who looks after the stream this request opens."""
        return Watch(self.engine, self.auth, self.user)

    @property
    def address(self) -> str:
        """The address the request came from; empty on a local socket."""
        return self.client.host if self.client else ""
