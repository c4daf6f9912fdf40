"""A house with the ClearML door, asked without a socket, and short ways to call it as its clients do."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from jobyard.access.vault import Vault
from jobyard.engine.engine import Engine
from jobyard.experiments.house import Experiments
from jobyard.faces.clearml.app import ClearmlApp
from jobyard.faces.clearml.surroundings import Surroundings
from jobyard.faces.native.words import Letters
from jobyard.job.clock import SECOND, SystemClock
from jobyard.job.ids import new_id
from jobyard.job.record import Attempt, Job
from jobyard.kinds.registry import Registry
from jobyard.people.record import HOUSE, Actor, Key, KeyForm, KeyScope, Membership, Project, Role, User
from jobyard.server import clearml_room
from jobyard.settings import Settings
from jobyard.store.blobs import Blobs
from jobyard.store.contract import Store
from jobyard.web.doorplate import Doorplate
from jobyard.web.doors import Doors

PEOPLE = {"ada": Role.ADMINISTRATOR, "olga": Role.OPERATOR, "mia": Role.MEMBER, "max": Role.MEMBER, "vera": Role.VIEWER}
PASSWORD = "correct horse"


class TurnedClock(SystemClock):
    """The machine's clock, which a test may put forward."""

    def __init__(self) -> None:
        super().__init__()
        self._forward = 0

    def now(self) -> int:
        return super().now() + self._forward

    def forward(self, seconds: float) -> None:
        self._forward += int(seconds * SECOND)


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        return self.json["data"]

    @property
    def meta(self) -> Any:
        return self.json["meta"]

    @property
    def code(self) -> tuple[int, int]:
        assert self.meta["result_code"] == self.status, self.body
        return self.status, self.meta["result_subcode"]

    @property
    def said(self) -> str:
        return str(self.meta["result_msg"])


class House:
    """The house, its clock, and its people's keys."""

    def __init__(self, store: Store, folder: Path, **settings: Any) -> None:
        self.folder, self.store = folder, store
        self.settings = Settings(**{"data": str(folder), "password_memory": 8, **settings})
        self.clock = TurnedClock()
        blobs, vault = Blobs(folder / "blobs"), Vault(bytes(32))
        self.engine = Engine(store, blobs, vault, self.clock, Registry([]), [], self.settings, Letters())
        files = folder / "experiments"
        self.experiments = Experiments(self.engine, self.settings.task_silence, files, self.settings.upload_limit)
        surroundings = Surroundings(
            engine=self.engine,
            experiments=self.experiments,
            settings=self.settings,
            base_url=lambda: "http://jobs.example",
            version="1.2.3",
        )
        self.app = ClearmlApp(surroundings)
        room = clearml_room(self.app, self.settings)
        self.door = Doors([room], room, Doorplate(self.settings), self._running)
        self.pairs: dict[str, tuple[str, str]] = {}

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        yield

    async def people(self) -> None:
        """Let the people in, with a pair of keys each."""
        for name, role in PEOPLE.items():
            user = User(id=new_id(), name=name, role=role, created_at=self.clock.now())
            await self.engine.ledger.write(lambda transaction, user=user: transaction.put_user(user))  # type: ignore[misc]
            self.pairs[name] = await self.pair(name)

    async def pair(self, name: str, scope: KeyScope = KeyScope.FULL, expires_at: int | None = None) -> tuple[str, str]:
        key = Key(id="", user=name, form=KeyForm.PAIR, scope=scope, expires_at=expires_at)
        made, secret = await self.engine.people.add_key(HOUSE, key)
        return made.access, secret

    async def project(self, name: str, **places: Role) -> str:
        """Make a project of the house with members; return its id."""
        project = Project(id=f"{len(name):032x}", name=name, owner="ada")
        await self.engine.ledger.write(lambda transaction: transaction.put_project(project))
        for user, role in places.items():
            place = Membership(project=project.id, user=user, role=role)
            await self.engine.ledger.write(lambda transaction, place=place: transaction.put_membership(place))  # type: ignore[misc]
        return project.id

    async def job(self, id_: str) -> Job:
        found = await self.engine.ledger.read(lambda view: view.job(id_))
        assert found is not None
        return found

    async def attempts(self, id_: str) -> list[Attempt]:
        return await self.engine.ledger.read(lambda view: view.attempts(id_))

    def actor(self, name: str) -> Actor:
        return Actor(name=name, role=PEOPLE[name])

    def caller(self, name: str | None = "mia", *, version: str = "", worker: str = "") -> Caller:
        return Caller(self, name, version, worker)

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Ask the whole app for an address."""
        address, _, query = path.partition("?")
        given = {"host": "127.0.0.1:8080", "content-length": str(len(body))}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        scope: dict[str, Any] = {
            "type": "http",
            "method": method,
            "path": address,
            "raw_path": address.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in given.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8080),
            "scheme": "http",
            "http_version": "1.1",
        }
        pieces = [body[at : at + 65_536] for at in range(0, len(body), 65_536)] or [b""]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.door(scope, receive, send)
        start = sent[0]
        kept = {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]}
        return Answer(start["status"], kept, b"".join(one.get("body", b"") for one in sent[1:]))


class Caller:
    """Somebody's way in."""

    def __init__(self, house: House, name: str | None, version: str, worker: str) -> None:
        self.house = house
        self.headers = {"x-clearml-worker": worker} if worker else {}
        if name is not None:
            self.headers["authorization"] = basic(*house.pairs[name])
        self.version = f"/v{version}" if version else ""

    async def __call__(self, action: str, **body: Any) -> Any:
        """Call an action, which has to be done; return its data."""
        answer = await self.ask(action, body)
        assert answer.status == 200, (action, answer.body)
        return answer.data

    async def ask(self, action: str, body: Any = None, method: str = "POST", **headers: str) -> Answer:
        """Call an action; return what came back."""
        content = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        given = {**self.headers, "content-type": "application/json"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.house.ask(method, f"{self.version}/{action}", content, **given)

    async def refused(self, action: str, **body: Any) -> tuple[int, int]:
        """Call an action, which has to be refused; return the codes."""
        answer = await self.ask(action, body)
        assert answer.status != 200 and answer.data == {}, (action, answer.body)
        return answer.code

    async def lines(self, action: str, *bodies: Any) -> Answer:
        """Send a batch, one object a line."""
        content = b"\n".join(json.dumps(one).encode() for one in bodies)
        return await self.ask(action, content, content_type="application/json-lines")

    async def task(self, name: str = "a task", status: str = "", **fields: Any) -> str:
        """Make a task that stands as it is said; return its id."""
        made = await self("tasks.create", **{"name": name, "type": "training", **fields})
        if status:
            await self("tasks.edit", task=made["id"], status=status, force=True)
        return str(made["id"])

    async def get(self, id_: str) -> Any:
        return (await self("tasks.get_by_id", task=id_))["task"]

    async def status(self, id_: str) -> str:
        return str((await self.get(id_))["status"])


def basic(access: str, secret: str) -> str:
    """Return the header of a pair of keys."""
    return "Basic " + b64encode(f"{access}:{secret}".encode()).decode()
