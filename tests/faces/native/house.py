"""A house for tests of the native face: the real engine on SQLite behind a real server, with people in every role."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import httpx2
import msgspec
import uvicorn
from litestar import Litestar
from msgspec import Meta, Struct

from jobyard.access.tokens import fingerprint, new_token
from jobyard.access.vault import Vault
from jobyard.datasets.capability import DatasetCapability
from jobyard.datasets.catalog import Datasets
from jobyard.datasets.endpoints import Endpoints
from jobyard.datasets.sync import DatasetSync
from jobyard.datasets.uploads import Uploads
from jobyard.datasets.work.sendings import Sendings
from jobyard.datasets.work.showing import Showing
from jobyard.datasets.work.tasks import Tasks
from jobyard.engine.engine import Engine
from jobyard.engine.submission import Submission
from jobyard.experiments.house import Experiments
from jobyard.faces.native.app import native, standing
from jobyard.faces.native.surroundings import Surroundings
from jobyard.faces.native.words import Letters
from jobyard.job.clock import SECOND, SystemClock
from jobyard.job.desk import Ask, Assignment, Finish, MadeFile, Outcome, Report, Told
from jobyard.job.ids import new_id
from jobyard.job.record import Failure, Job, LogLine, Progress, Reason
from jobyard.kinds.context import Context
from jobyard.kinds.kind import Kind
from jobyard.kinds.registry import Registry
from jobyard.people.record import HOUSE, Actor, Key, KeyForm, KeyScope, Membership, Project, Role, User
from jobyard.server import native_room
from jobyard.settings import Settings
from jobyard.store.blobs import Blobs
from jobyard.store.contract import Store
from jobyard.web.connection import Connection
from jobyard.web.doorplate import Doorplate
from jobyard.web.doors import Doors
from jobyard.workflows.capability import Workflows
from jobyard.workflows.library.verbs import Library
from jobyard.workflows.packages import Packages
from jobyard.workflows.sharing.house import Sharing
from jobyard.workflows.sharing.lending import Collected
from tests.plain import NO_TRUST
from tests.serving import Serving, listening

PEOPLE = {
    "ada": Role.ADMINISTRATOR,
    "olga": Role.OPERATOR,
    "mia": Role.MEMBER,
    "max": Role.MEMBER,
    "vera": Role.VIEWER,
}
"""Who lives here; mia's jobs are what most tests act on."""


class CountParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of the counting kind."""

    upto: Annotated[int, Meta(ge=1, le=1000)] = 3
    rate: Annotated[float, Meta(gt=0)] | None = None


class Count(Kind):
    """Counts."""

    name = "test.count"
    title = "Count up"
    Parameters = CountParameters
    tries = 2

    def run(self, parameters: Any, context: Context) -> Any:
        return parameters.upto


class TurnedClock(SystemClock):
    """The machine's clock, which a test may put forward."""

    def __init__(self) -> None:
        super().__init__()
        self._forward = 0

    def now(self) -> int:
        return super().now() + self._forward

    def forward(self, seconds: float) -> None:
        self._forward += int(seconds * SECOND)


@cache
def idle_apps(face: str, body_limit: int) -> list[Litestar]:
    """The built apps of a face in which no house lives now: to build one takes longer than most tests."""
    return []


class House:
    """The engine, the app, and short ways to do what workers and users do."""

    def __init__(self, store: Store, folder: Path, *, kinds: Sequence[type[Kind]] = (), **settings: Any) -> None:
        self.clock = TurnedClock()
        self.store = store
        self.settings = Settings(**{"data": str(folder), "password_memory": 8, **settings})
        roots = self.settings.source_roots
        self.blobs = Blobs(folder / "blobs")
        self.packages = Packages(Blobs(folder / "packages"))
        self.engine = Engine(
            store,
            self.blobs,
            Vault(bytes(32)),
            self.clock,
            Registry([Count, DatasetSync, *kinds]),
            [DatasetCapability(roots, Vault(bytes(32))), Workflows(self.packages, Collected(self.clock))],
            self.settings,
            Letters(),
        )
        self.url = "http://127.0.0.1:1"
        self.tokens: dict[str, str] = {}
        files = folder / "experiments"
        self.experiments = Experiments(self.engine, self.settings.task_silence, files, self.settings.upload_limit)
        self.library = Library(self.engine, self.packages, self.settings.upload_limit, Collected(self.clock))
        self.uploads = Uploads(folder / "uploads", self.settings.upload_limit)
        deletes = self.settings.source_deletes
        self.datasets = Datasets(store, self.clock, roots, Vault(bytes(32)), source_deletes=deletes)
        surroundings = self._surroundings(folder)
        self._lived_in: list[tuple[list[Litestar], Litestar]] = []
        self.app = self.moved_in("native", native, surroundings)
        self.app.state.update(standing(surroundings))
        room = native_room(self.app, self.settings)
        self.door = Doors([room], room, Doorplate(self.settings), self._running)
        self.worker = Actor(name="ada", role=Role.ADMINISTRATOR, scope=KeyScope.DESK)

    def _surroundings(self, folder: Path) -> Surroundings:
        roots = self.settings.source_roots
        return Surroundings(
            engine=self.engine,
            datasets=self.datasets,
            endpoints=Endpoints(self.store, self.clock, Vault(bytes(32))),
            sendings=Sendings(self.store, self.clock, roots, self.uploads),
            showing=Showing(
                self.store,
                self.clock,
                self.datasets,
                Tasks(self.store, self.clock, roots, folder / "pictures", Vault(bytes(32))),
            ),
            experiments=self.experiments,
            library=self.library,
            sharing=Sharing(self.engine.ledger, Vault(bytes(32))),
            settings=self.settings,
            base_url=lambda: "https://jobs.example",
            version="1.2.3",
        )

    def moved_in(self, face: str, build: Callable[[Any], Litestar], surroundings: Any) -> Litestar:
        """Return an app of a face that this house has to itself until it leaves; nothing of a house stands in it."""
        idle = idle_apps(face, self.settings.body_limit)
        app = idle.pop() if idle else build(surroundings)
        self._lived_in.append((idle, app))
        return app

    def leave(self) -> None:
        """Leave the apps to the next house."""
        for idle, app in self._lived_in:
            idle.append(app)

    async def people(self) -> None:
        """Let the people in, with a token each; their passwords are set only where a test signs in."""
        for name, role in PEOPLE.items():
            user = User(id=new_id(), name=name, role=role, created_at=self.clock.now())
            await self.engine.ledger.write(lambda transaction, user=user: transaction.put_user(user))  # type: ignore[misc]
            self.tokens[name] = await self.token(name)

    async def token(self, user: str, scope: KeyScope = KeyScope.FULL) -> str:
        """Return a fresh token."""
        secret = new_token()
        key = Key(id=new_id(), user=user, form=KeyForm.TOKEN, scope=scope, access=fingerprint(secret))
        await self.engine.ledger.write(lambda transaction: transaction.put_key(key))
        return secret

    async def project(self, name: str, **places: Role) -> str:
        """Make a project with members; return its id."""
        project = Project(id=new_id(), name=name, owner="ada")
        await self.engine.ledger.write(lambda transaction: transaction.put_project(project))
        for user, role in places.items():
            place = Membership(project=project.id, user=user, role=role)
            await self.engine.ledger.write(lambda transaction, place=place: transaction.put_membership(place))  # type: ignore[misc]
        return project.id

    def client(self, user: str | None = "mia", *, token: str | None = None, **rest: Any) -> httpx2.AsyncClient:
        """Return a client that comes as this user, with this token, or as nobody."""
        headers = dict(rest.pop("headers", {}))
        secret = token or (self.tokens[user] if user else None)
        if secret:
            headers["Authorization"] = f"Bearer {secret}"
        return httpx2.AsyncClient(
            base_url=self.url, headers=headers, trust_env=False, verify=NO_TRUST, timeout=20, **rest
        )

    async def submit(self, user: str = "mia", **fields: Any) -> Job:
        """Submit a job straight to the engine."""
        actor = Actor(name=user, role=PEOPLE[user])
        job, _ = await self.engine.jobs.submit(actor, Submission(**{"kind": "test.count", **fields}))
        return job

    async def claim(self, worker: str = "w1") -> Assignment:
        """Let a worker claim the next job."""
        ask = Ask(worker=worker, session=worker, kinds=("test.count",), queues=("default", "gpu"))
        [assignment] = (await self.engine.desk.claim(self.worker, ask)).assignments
        return assignment

    async def running(self, user: str = "mia", **fields: Any) -> Job:
        """Submit a job and let a worker claim it."""
        await self.submit(user, **fields)
        return (await self.claim()).job

    async def tell(self, job: Job, *lines: str, first: int = 1, progress: Progress | None = None) -> None:
        """Let the worker report lines and progress."""
        told = Told(
            job=job.id,
            attempt=job.attempt,
            begun=True,
            progress=progress,
            lines=tuple(
                LogLine(number=first + at, at=self.clock.now(), stream="out", text=text)
                for at, text in enumerate(lines)
            ),
        )
        await self.engine.desk.report(self.worker, Report(worker="w1", told=(told,)))

    async def end(self, job: Job, how: str = "finish", files: dict[str, bytes] | None = None, **fields: Any) -> None:
        """Let the worker end an attempt, with result files."""
        made = []
        for name, content in (files or {}).items():
            received = await self.engine.results.receive(_once(content))
            media_type = "text/html" if name.endswith(".html") else "application/x-test"
            made.append(MadeFile(name=name, blob=received.blob, media_type=media_type))
        if how == "fail":
            fields.setdefault("failure", Failure(reason=Reason.ERROR, message="it broke"))
        outcome = Outcome(job=job.id, attempt=job.attempt, how=how, files=tuple(made), **fields)
        settled = await self.engine.desk.finish(self.worker, Finish(worker="w1", outcomes=(outcome,)))
        assert "stale" not in settled.states

    async def at(self, stage: str, user: str = "mia", **fields: Any) -> Job:
        """Return a job in one of the states, or `wished`: running under a wish to stop."""
        if stage in {"draft", "queued"}:
            return await self.submit(user, draft=stage == "draft", **fields)
        job = await self.running(user, **fields)
        if stage in {"wished", "cancelled"}:
            await self.engine.jobs.cancel(HOUSE, job.id)
        ends = {"succeeded": "finish", "failed": "fail", "cancelled": "stop"}
        if stage in ends:
            failure = Failure(reason=Reason.UNREADABLE, message="it broke") if stage == "failed" else None
            await self.end(job, ends[stage], failure=failure)
        return await self.engine.listing.job(HOUSE, job.id)

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.engine.feed.run())
        try:
            yield
        finally:
            self.engine.desk.close()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def served(house: House) -> AsyncIterator[House]:
    """Serve the house on a free port of this machine, in this event loop."""
    place = listening()
    house.url = f"http://127.0.0.1:{place.getsockname()[1]}"
    config = uvicorn.Config(
        house.door,
        http=Connection,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    server = Serving(config)
    # `serve` itself would take over the signals of the test run.
    task = asyncio.create_task(server._serve(sockets=[place]))
    while not server.started:
        await asyncio.sleep(0.001)
        assert not task.done(), "the server did not start"
    try:
        yield house
    finally:
        server.leave()
        await task


async def until(condition: Callable[[], Any], within: float = 10.0) -> None:
    """Wait until a condition holds that nothing announces."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.005)


@dataclass
class Frame:
    """One frame of a stream."""

    event: str = "message"
    id: int | None = None
    data: Any = None
    comment: str = ""


class Frames:
    """Reads server-sent events by the letter of the standard."""

    def __init__(self, response: httpx2.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self, *, signs: bool = False, within: float = 10.0) -> Frame | None:
        """Return the next frame (signs of life only where wanted), or None at the end of the stream."""
        async with asyncio.timeout(within):
            while (frame := await self._read()) is not None:
                if signs or frame.data is not None:
                    return frame
        return None

    async def until(self, event: str) -> list[Frame]:
        """Return frames up to and with the first of this event."""
        frames = list[Frame]()
        while not frames or frames[-1].event != event:
            frame = await self.next()
            assert frame is not None, f"the stream ended before {event}"
            frames.append(frame)
        return frames

    async def _read(self) -> Frame | None:
        frame, data, any_ = Frame(), list[str](), False
        async for line in self._lines:
            if not line and any_:
                frame.data = msgspec.json.decode("\n".join(data)) if data else None
                return frame
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            any_ = any_ or bool(line)
            if name == "":
                frame.comment = value
            elif name == "id":
                frame.id = int(value)
            elif name == "event":
                frame.event = value
            elif name == "data":
                data.append(value)
        return None


@dataclass
class Raw:
    """An answer to bytes that no proper client sends."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


async def raw(house: House, request: bytes, *, close: bool = True) -> Raw:
    """Send bytes as they are and read the answer until the server closes (or has answered, with its length)."""
    host, port = house.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(request)
        async with asyncio.timeout(10):
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
        return Raw(status=int(lines[0].split()[1]), headers=headers, body=body)
    finally:
        writer.close()


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
