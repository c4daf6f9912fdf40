"""The client of one house. This is where programs come in: `Jobyard(url, token)`."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Literal, Self, TypedDict, Unpack

import httpx2
import msgspec

from jobyard.client.collections import Collections
from jobyard.client.datasets import Datasets
from jobyard.client.endpoints import Endpoints
from jobyard.client.exchange import Call, Exchange, segment
from jobyard.client.experiments import Experiments
from jobyard.client.jobs import JobVerbs, Wishes
from jobyard.client.keeping import Rules, audit
from jobyard.client.limits import Limits
from jobyard.client.people import Keys, Projects, Users
from jobyard.client.requests import NewBackup, NewCredentials, NewJob, Pruning
from jobyard.client.running import BEAT, Run
from jobyard.client.schedules import Schedules
from jobyard.client.shapes import (
    AuditEntry,
    Backup,
    Compacted,
    Counts,
    Credentials,
    Doctor,
    FeedJob,
    FeedProgress,
    FeedResync,
    Kind,
    Pruned,
    Queue,
    Session,
    Throughput,
    Worker,
)
from jobyard.client.stream import follow
from jobyard.client.webhooks import Webhooks
from jobyard.client.workflows import Workflows

TIMEOUT = 30.0
"""Seconds to wait for an answer."""
PATIENCE = 20.0
"""Seconds a lost connection is borne before Unreachable is raised."""
_LONG = 3600.0


class Narrowed(TypedDict, total=False):
    """What the feed is narrowed to; a list means any of its values."""

    job: str | list[str]
    """Ids of jobs."""
    kind: str | list[str]
    queue: str | list[str]
    owner: str | list[str]
    project: str | list[str]
    """Ids or names of projects."""


class Jobyard(JobVerbs):
    """A connection to a house; close it, or use it in a `with` block. May be shared by threads.

    What can be asked twice without harm, submitting included, is asked again after a lost connection until `patience`
    seconds have passed. Every error is a JobyardError.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float = TIMEOUT,
        patience: float = PATIENCE,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        """Take the house's address, such as `http://127.0.0.1:8080`, and a token made there. Nothing is sent yet.

        Raises ValueError for what is no address or no token.
        """
        super().__init__(Exchange(url, token, timeout=timeout, patience=patience, transport=transport))
        self.users = Users(self._exchange)
        self.keys = Keys(self._exchange)
        self.projects = Projects(self._exchange)
        self.limits = Limits(self._exchange)
        self.endpoints = Endpoints(self._exchange)
        self.rules = Rules(self._exchange)
        self.schedules = Schedules(self._exchange)
        self.webhooks = Webhooks(self._exchange)
        self.datasets = Datasets(self._exchange, self.submit)
        self.collections = Collections(self._exchange, self.submit)
        self.experiments = Experiments(self._exchange)
        self.workflows = Workflows(self._exchange)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The house's address, without a slash at its end."""
        return self._exchange.url

    def close(self) -> None:
        """Close all connections."""
        self._exchange.close()

    def session(self) -> Session:
        """Return who you are to the house. Raises Unauthenticated."""
        return self._exchange.ask(Call(path="/session"), Session)

    def counts(self) -> Counts:
        """Return how many jobs you may see in each state, and the queues nobody serves."""
        return self._exchange.ask(Call(path="/counts"), Counts)

    def kinds(self) -> list[Kind]:
        """Return what this house can do."""
        return self._exchange.ask(Call(path="/kinds"), list[Kind])

    def queues(self) -> list[Queue]:
        """Return the queues with what is in them."""
        return self._exchange.ask(Call(path="/queues"), list[Queue])

    def pause_queue(self, name: str) -> Queue:
        """Give out nothing more of a queue; what runs runs on. For operators. Raises NotFound for an unknown queue."""
        return self._exchange.ask(Call(method="POST", path=f"/queues/{segment(name)}/pause"), Queue)

    def resume_queue(self, name: str) -> Queue:
        """Give out a paused queue's jobs again. For operators. Raises NotFound for an unknown queue."""
        return self._exchange.ask(Call(method="POST", path=f"/queues/{segment(name)}/resume"), Queue)

    def throughput(self, span: Literal["hour", "day", "week"] = "hour") -> Throughput:
        """Return how many jobs ended over time, by queue and by worker."""
        return self._exchange.ask(Call(path="/throughput", query={"span": span}), Throughput)

    def workers(self) -> list[Worker]:
        """Return the workers with what they are running."""
        return self._exchange.ask(Call(path="/workers"), list[Worker])

    def drain_worker(self, name: str) -> Worker:
        """Let a worker finish what it holds and give it nothing more. For operators. Raises NotFound.

        It works again once it is resumed or started anew.
        """
        return self._exchange.ask(Call(method="POST", path=f"/workers/{segment(name)}/drain"), Worker)

    def resume_worker(self, name: str) -> Worker:
        """Give work to a draining worker again. For operators. Raises NotFound."""
        return self._exchange.ask(Call(method="POST", path=f"/workers/{segment(name)}/resume"), Worker)

    def running(
        self,
        kind: str,
        parameters: dict[str, Any] | None = None,
        *,
        key: str | None = None,
        beat: float = BEAT,
        **wishes: Unpack[Wishes],
    ) -> Run:
        """Submit a job that this program runs itself; see `Run`.

        `beat` is the time in seconds between two signs of life while there is no other news; keep it well below the
        house's lease.
        """
        body = NewJob(kind=kind, parameters=parameters or {}, external=True, **wishes)
        return Run(self._exchange, self._submit(body, key), beat)

    def feed(
        self, after: int | None = None, **narrowed: Unpack[Narrowed]
    ) -> Iterator[FeedJob | FeedProgress | FeedResync]:
        """Give out what happens to the jobs you may see, as it happens, behind event `after` or from now on.

        A lost connection is made again, and no event is left out; where too many were missed, a FeedResync says so.
        The feed never ends by itself.
        """
        shapes: dict[str, type[FeedJob | FeedProgress | FeedResync]] = {
            "job": FeedJob,
            "progress": FeedProgress,
            "resync": FeedResync,
        }
        for frame in follow(self._exchange, "/feed", {"after": after, **narrowed}):
            shape = shapes.get(frame.event)
            if shape is not None:
                yield msgspec.json.decode(frame.data, type=shape)

    def credentials(self, user: str | None = None, *, new_password: bool = False) -> Credentials:
        """Make fresh keys for every client family, one's own or for an administrator anybody's; older ones stay good.

        Each secret is shown this once.
        """
        body = NewCredentials(user=user, new_password=new_password)
        return self._exchange.ask(Call(method="POST", path="/credentials", body=body, again=False), Credentials)

    def backup(self, folder: str) -> Backup:
        """Write a whole copy into `folder`, an absolute path on the house's machine, while work goes on.

        The folder must be empty or not exist. It holds the database, the result files and the master key: whoever has
        it has the house.
        """
        body = NewBackup(folder=folder)
        call = Call(method="POST", path="/keep/backup", body=body, again=False, within=_LONG)
        return self._exchange.ask(call, Backup)

    def prune(self, older_than_days: float | None = None, *, dry_run: bool = False) -> Pruned:
        """Remove ended jobs older than so many days, or than the setting says, that nobody keeps.

        Rules of kinds and projects win over the days. A dry run only counts.
        """
        body = Pruning(older_than_days=older_than_days, dry_run=dry_run)
        return self._exchange.ask(Call(method="POST", path="/keep/prune", body=body, within=_LONG), Pruned)

    def compact(self) -> Compacted:
        """Write the database anew without free room in it; whoever writes meanwhile waits."""
        return self._exchange.ask(Call(method="POST", path="/keep/compact", again=False, within=_LONG), Compacted)

    def doctor(self) -> Doctor:
        """Look the house over; say what is wrong and what room it takes."""
        return self._exchange.ask(Call(path="/keep/doctor", within=_LONG), Doctor)

    def audit(self) -> Iterator[AuditEntry]:
        """Give out what was done to the house and by whom, newest first. For administrators."""
        return audit(self._exchange)
