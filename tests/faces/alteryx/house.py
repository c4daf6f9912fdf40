"""A house with the Alteryx door: the native tests' house with the library of workflows, and a worker that runs them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import msgspec

from jobyard.access.vault import Vault
from jobyard.faces.alteryx.app import alteryx, standing
from jobyard.faces.alteryx.surroundings import Surroundings
from jobyard.job.desk import Ask, Assignment, Call, Finish, MadeFile, Outcome
from jobyard.job.errors import Fault
from jobyard.job.record import Failure, Job, Reason
from jobyard.kinds import Declined
from jobyard.people.record import HOUSE, Key, KeyForm, KeyScope
from jobyard.server import alteryx_room, native_room
from jobyard.store.blobs import Blobs
from jobyard.store.contract import Store
from jobyard.web.doorplate import Doorplate
from jobyard.web.doors import Doors
from jobyard.workflows.capability import Workflows
from jobyard.workflows.kind import WorkflowRun
from jobyard.workflows.library.verbs import Library
from jobyard.workflows.packages import Packages
from jobyard.workflows.sharing.house import Sharing
from jobyard.workflows.sharing.lending import Collected
from tests.faces.native import house as native
from tests.plain import NO_TRUST
from tests.rehearsal import Rehearsal, context
from tests.workflows.drawing import Canvas

BASE = "https://jobs.example"


class House(native.House):
    """The same engine behind two doors."""

    def __init__(self, store: Store, folder: Path, **settings: Any) -> None:
        super().__init__(store, folder, **settings)
        self.folder = folder
        self.packages = Packages(Blobs(folder / "packages"))
        self.engine.capabilities["workflows"] = Workflows(self.packages, Collected(self.clock))
        self.engine.registry.add(WorkflowRun)
        self.library = Library(self.engine, self.packages, self.settings.upload_limit, Collected(self.clock))
        self.sharing = Sharing(self.engine.ledger, Vault(bytes(32)))
        surroundings = Surroundings(
            engine=self.engine,
            library=self.library,
            sharing=self.sharing,
            settings=self.settings,
            base_url=lambda: BASE,
            version="1.2.3",
        )
        self.foreign = self.moved_in("alteryx", alteryx, surroundings)
        self.foreign.state.update(standing(surroundings))
        room = native_room(self.app, self.settings)
        rooms = [room, alteryx_room(self.foreign, self.settings)]
        self.door = Doors(rooms, room, Doorplate(self.settings), self._running)
        self.ids: dict[str, str] = {}
        self._attempts = 0

    async def people(self) -> None:
        """Let the people in and remember their ids."""
        await super().people()
        self.ids = {user.name: user.id for user in await self.engine.people.users(HOUSE)}

    async def pair(self, user: str = "mia", scope: KeyScope = KeyScope.FULL, **fields: Any) -> tuple[str, str]:
        """Return a fresh access key with its secret key."""
        wanted = Key(id="", user=user, form=KeyForm.PAIR, scope=scope, **fields)
        key, secret = await self.engine.people.add_key(HOUSE, wanted)
        return key.access, secret

    def caller(self, user: str | None = "mia", *, token: str | None = None) -> Caller:
        """Return somebody's way in."""
        return Caller(self, token or (self.tokens[user] if user else None))

    async def take(self, *queues: str) -> Assignment | None:
        """Let a worker claim the next run."""
        ask = Ask(worker="w1", session="w1", kinds=("workflow.run",), queues=queues or ("default",))
        return next(iter((await self.engine.desk.claim(self.worker, ask)).assignments), None)

    async def work(self, *queues: str) -> Job:
        """Let a worker do the next run to its end; return the job."""
        assignment = await self.take(*queues)
        assert assignment is not None, "nothing waits"
        job, loop = assignment.job, asyncio.get_running_loop()
        self._attempts += 1

        def call(verb: str, payload: Any) -> Any:
            said = Call(job=job.id, attempt=job.attempt, verb=verb, payload=payload)
            return asyncio.run_coroutine_threadsafe(self.engine.desk.call(self.worker, said), loop).result().value

        rehearsal = Rehearsal(job, self.folder / f"attempt{self._attempts}", call)
        parameters = self.engine.registry.parameters(job.kind, job.parameters)
        outcome = Outcome(job=job.id, attempt=job.attempt, how="finish")
        try:
            result = await asyncio.to_thread(lambda: WorkflowRun().run(parameters, context(rehearsal)))
            outcome = msgspec.structs.replace(outcome, result=msgspec.to_builtins(result))
        except (Fault, Declined) as error:
            failure = Failure(reason=Reason.ERROR, message=str(error))
            outcome = msgspec.structs.replace(outcome, how="fail", failure=failure)
        made = [await self._made(path) for path in sorted(rehearsal.results.iterdir())]
        outcome = msgspec.structs.replace(outcome, files=tuple(made))
        await self.engine.desk.finish(self.worker, Finish(worker="w1", outcomes=(outcome,)))
        return await self.engine.listing.job(HOUSE, job.id)

    async def _made(self, path: Path) -> MadeFile:
        received = await self.engine.results.receive(native._once(await asyncio.to_thread(path.read_bytes)))
        return MadeFile(name=path.name, blob=received.blob, media_type="text/csv")


class Caller:
    """Somebody who asks for things below /webapi."""

    def __init__(self, house: House, token: str | None) -> None:
        self.house = house
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> httpx2.Response:
        """Ask for a path."""
        headers = self._headers | more.pop("headers", {})
        if body is not None:
            more["content"] = body if isinstance(body, bytes) else msgspec.json.encode(body)
            headers.setdefault("Content-Type", "application/json")
        async with httpx2.AsyncClient(base_url=self.house.url, trust_env=False, verify=NO_TRUST, timeout=20) as client:
            return await client.request(method, f"/webapi{path}", headers=headers, **more)

    async def got(self, path: str) -> Any:
        """Return what stands at a path."""
        answer = await self("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, status: int, method: str, path: str, body: Any = None, **more: Any) -> str:
        """Return the message with which something is refused."""
        answer = await self(method, path, body, **more)
        assert answer.status_code == status, (answer.status_code, answer.text)
        said: str = answer.json()["message"]
        return said

    async def upload(self, document: bytes, file: str = "flow.yxmd", **fields: str) -> str:
        """Hand a workflow in; return its id."""
        data = {"name": "Flow", "isPublic": "false", **fields}
        answer = await self("POST", "/v3/workflows/", data=data, files={"file": (file, document)})
        assert answer.status_code == 200, answer.text
        made: str = answer.json()
        return made

    async def run(self, workflow: str, **said: Any) -> str:
        """Put a run in line; return its id."""
        answer = await self("POST", f"/v3/workflows/{workflow}/jobs", said)
        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == "Queued"
        made: str = answer.json()["id"]
        return made


OUT = '<File FileFormat="0">out.csv</File><FormatSpecificOptions><CodePage>65001</CodePage></FormatSpecificOptions>'


def writing(*rows: tuple[Any, ...], name: str = "out.csv") -> bytes:
    """Return a document that writes a file of two columns."""
    canvas = Canvas()
    canvas.tool("DbFileOutput", OUT.replace("out.csv", name), Input=canvas.text(["a", "b"], *(rows or ((1, "x"),))))
    return canvas.document()


def failing() -> bytes:
    """Return a document with a tool that is not done here."""
    canvas = Canvas()
    canvas.tool("SpatialMatch", Input=canvas.text(["a"], [1]))
    return canvas.document()


@asynccontextmanager
async def served(house: House) -> AsyncIterator[House]:
    """Serve the house on a free port of this machine, in this event loop."""
    async with native.served(house):
        yield house
