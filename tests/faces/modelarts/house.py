"""A house with the ModelArts door: the native tests' house, and short ways to come in as its clients do."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx2

from jobyard.datasets.catalog import Datasets
from jobyard.faces.modelarts.app import modelarts, standing
from jobyard.faces.modelarts.surroundings import Surroundings
from jobyard.job.desk import Ask, Assignment, Call, Finish, Outcome
from jobyard.job.record import Failure, Reason
from jobyard.people.record import HOUSE, Key, KeyForm
from jobyard.server import modelarts_rooms, native_room
from jobyard.store.contract import Store
from jobyard.web.doorplate import Doorplate
from jobyard.web.doors import Doors
from tests.faces.modelarts.signing import date_of, signed
from tests.faces.native import house as native

PASSWORD = "correct horse"
BASE = "https://jobs.example"


class House(native.House):
    """The same engine behind two doors, with a folder that may be a source."""

    def __init__(self, store: Store, folder: Path, **settings: Any) -> None:
        self.files = folder.parent / f"{folder.name}-files"
        self.files.mkdir(parents=True)
        super().__init__(store, folder, **{"source_roots": (str(self.files),), **settings})
        self.datasets: Datasets = self.app.state["surroundings"].datasets
        surroundings = Surroundings(
            engine=self.engine, datasets=self.datasets, settings=self.settings, base_url=lambda: BASE
        )
        self.foreign = self.moved_in("modelarts", modelarts, surroundings)
        self.foreign.state.update(standing(surroundings))
        room = native_room(self.app, self.settings)
        rooms = [room, *modelarts_rooms(self.foreign, self.settings)]
        self.door = Doors(rooms, room, Doorplate(self.settings), self._running)
        self.ids: dict[str, str] = {}

    async def people(self) -> None:
        """Let the people in and remember their ids, which name their projects."""
        await super().people()
        users = await self.engine.people.users(HOUSE)
        self.ids = {user.name: user.id for user in users}

    async def pair(self, user: str = "mia", **fields: Any) -> tuple[str, str]:
        """Return a fresh access key with its secret key."""
        key, secret = await self.engine.people.add_key(HOUSE, Key(id="", user=user, form=KeyForm.PAIR, **fields))
        return key.access, secret

    def caller(self, user: str | None = "mia", *, token: str | None = None, project: str | None = None) -> Caller:
        """Return somebody who comes with a token into a project, their own unless another is said."""
        secret = token or (self.tokens[user] if user else None)
        return Caller(self, secret, project or self.ids.get(user or "", "nobody"))

    def folder(self, name: str, *files: str) -> str:
        """Make a folder with files below the allowed root; return its path."""
        folder = self.files / name
        folder.mkdir(exist_ok=True)
        for one in files:
            (folder / one).parent.mkdir(parents=True, exist_ok=True)
            (folder / one).write_bytes(one.encode())
        return str(folder)

    async def taken(self, dataset: str) -> Assignment:
        """Let a worker claim the synchronization that waits."""
        ask = Ask(worker="w1", session="w1", kinds=("dataset.sync",), queues=("default",))
        [assignment] = (await self.engine.desk.claim(self.worker, ask)).assignments
        assert assignment.job.resource is not None and assignment.job.resource.id == dataset
        return assignment

    async def word(self, assignment: Assignment, verb: str, payload: Any = None) -> Any:
        """Say a word of a running synchronization to the house."""
        job = assignment.job
        said = Call(job=job.id, attempt=job.attempt, verb=f"datasets.{verb}", payload=payload)
        return (await self.engine.desk.call(self.worker, said)).value

    async def ended(self, assignment: Assignment, how: str, **failure: str) -> None:
        """Let the worker end the attempt."""
        job = assignment.job
        told = Failure(reason=Reason.ERROR, **failure) if failure else None
        outcome = Outcome(job=job.id, attempt=job.attempt, how=how, failure=told)
        await self.engine.desk.finish(self.worker, Finish(worker="w1", outcomes=(outcome,)))


class Caller:
    """Somebody's way in: requests with a token, below a project's address."""

    def __init__(self, house: House, token: str | None, project: str) -> None:
        self._house = house
        self._token = token
        self.project = project

    async def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        """Ask for a path: below the project where it begins with /datasets, else as it is."""
        address = f"/v2/{self.project}{path}" if path.startswith("/datasets") else path
        given = {"X-Auth-Token": self._token} if self._token else {}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if content is not None:
            given.setdefault("Content-Type", "application/json")
        async with self._house.client(None) as client:
            return await client.request(method, address, content=content, headers=given)

    async def made(self, name: str = "cats", source: str | None = None, **fields: Any) -> str:
        """Make a dataset and return its id."""
        path = source or self._house.folder(name)
        said = {"dataset_name": name, "data_sources": [{"data_path": path}], "work_path": "/results/place/"}
        answer = await self("POST", "/datasets", said | fields)
        assert answer.status_code == 201, answer.text
        return cast("str", answer.json()["dataset_id"])


class Signer:
    """Somebody's way in with a pair of keys."""

    def __init__(self, house: House, pair: tuple[str, str], project: str) -> None:
        self._house = house
        self._pair = pair
        self._project = project
        self.late = 0.0
        """Seconds by which this sender's clock is behind."""

    async def __call__(
        self, method: str = "GET", path: str = "/datasets", body: bytes = b"", *, sent: bytes | None = None, **more: str
    ) -> httpx2.Response:
        """Sign a request and send it, with another body where one is said."""
        address, _, query = f"/v2/{self._project}{path}".partition("?")
        host = self._house.url.removeprefix("http://")
        headers = {"host": host, "content-type": "application/json"}
        date = date_of(self._house.clock.now() - int(self.late * 1e6))
        told = signed(method, address, query, headers, body, self._pair, date)
        told |= {name.replace("_", "-"): value for name, value in more.items()}
        async with self._house.client(None) as client:
            request = client.build_request(
                method, f"{address}?{query}" if query else address, content=body if sent is None else sent, headers=told
            )
            return await client.send(request)


@asynccontextmanager
async def served(house: House) -> AsyncIterator[House]:
    """Serve the house on a free port of this machine."""
    async with native.served(house):
        yield house
