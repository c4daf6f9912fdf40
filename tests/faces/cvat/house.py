"""A house with the CVAT door: the native tests' house with the kinds that work on datasets, and a worker in it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import msgspec

from jobyard.datasets.catalog import Datasets
from jobyard.datasets.catalog.guiding import Guides
from jobyard.datasets.uploads import Uploads
from jobyard.datasets.work.backup.restoring import BackupImport
from jobyard.datasets.work.backup.writing import BackupExport
from jobyard.datasets.work.capability import WorkCapability
from jobyard.datasets.work.creating import DatasetCreate
from jobyard.datasets.work.exporting import DatasetExport
from jobyard.datasets.work.importing import DatasetImport
from jobyard.datasets.work.judging import QualityCalculate
from jobyard.datasets.work.merging import ConsensusMerge
from jobyard.datasets.work.tasks import Tasks
from jobyard.faces.cvat.app import cvat, standing
from jobyard.faces.cvat.surroundings import Surroundings
from jobyard.job.desk import Ask, Assignment, Call, Finish, MadeFile, Outcome
from jobyard.job.record import Failure, Job, Reason
from jobyard.kinds import Cancelled
from jobyard.people.record import HOUSE
from jobyard.server import cvat_room, native_room
from jobyard.store.contract import Store
from jobyard.web.doorplate import Doorplate
from jobyard.web.doors import Doors
from tests.datasets.formats import drawn
from tests.faces.native import house as native
from tests.plain import NO_TRUST
from tests.rehearsal import Rehearsal, context

KINDS = (
    BackupExport,
    BackupImport,
    ConsensusMerge,
    DatasetCreate,
    DatasetExport,
    DatasetImport,
    QualityCalculate,
)
NAMES = (*(kind.name for kind in KINDS), "dataset.sync")
PASSWORD = "correct horse"


class House(native.House):
    """The same engine behind two doors."""

    def __init__(self, store: Store, folder: Path, **settings: Any) -> None:
        self.files = folder.parent / f"{folder.name}-files"
        self.files.mkdir(parents=True)
        super().__init__(store, folder, **{"source_roots": (str(self.files),), **settings})
        self.folder = folder
        roots = self.settings.source_roots
        self.uploads, self.pictures = Uploads(folder / "uploads", self.settings.upload_limit), folder / "pictures"
        vault = self.engine.capabilities["datasets"]._vault  # type: ignore[attr-defined]
        self.engine.capabilities["work"] = WorkCapability(roots, vault, self.uploads, self.pictures)
        for kind in KINDS:
            self.engine.registry.add(kind)
        self.datasets = Datasets(store, self.clock, roots, vault, pictures=self.pictures)
        surroundings = Surroundings(
            engine=self.engine,
            datasets=self.datasets,
            tasks=Tasks(store, self.clock, roots, self.pictures, vault),
            guides=Guides(store, self.clock, roots),
            uploads=self.uploads,
            settings=self.settings,
            base_url=lambda: self.url,
            version="1.2.3",
        )
        self.foreign = self.moved_in("cvat", cvat, surroundings)
        self.foreign.state.update(standing(surroundings))
        room = native_room(self.app, self.settings)
        self.door = Doors([room, cvat_room(self.foreign, self.settings)], room, Doorplate(self.settings), self._running)
        self._attempts = 0

    def caller(self, user: str | None = "mia", *, token: str | None = None, **headers: str) -> Caller:
        """Return somebody's way in."""
        secret = token or (self.tokens[user] if user else None)
        return Caller(self, secret, headers)

    async def taken(self) -> Assignment | None:
        """Let a worker claim the next piece of work on datasets."""
        ask = Ask(worker="w1", session="w1", kinds=NAMES, queues=("default",))
        return next(iter((await self.engine.desk.claim(self.worker, ask)).assignments), None)

    async def work(self) -> Job:
        """Let a worker do the next piece of work to its end; return the job."""
        assignment = await self.taken()
        assert assignment is not None, "nothing waits"
        job, loop = assignment.job, asyncio.get_running_loop()
        self._attempts += 1

        def call(verb: str, payload: Any) -> Any:
            said = Call(job=job.id, attempt=job.attempt, verb=verb, payload=payload)
            answer = asyncio.run_coroutine_threadsafe(self.engine.desk.call(self.worker, said), loop).result()
            if answer.wish:
                raise Cancelled
            return answer.value

        rehearsal = Rehearsal(job, self.folder / f"attempt{self._attempts}", call)
        kind = self.engine.registry.kind(job.kind)
        parameters = self.engine.registry.parameters(job.kind, job.parameters)
        outcome = Outcome(job=job.id, attempt=job.attempt, how="finish")
        try:
            result = await asyncio.to_thread(lambda: kind().run(parameters, context(rehearsal)))
            made = [
                await self._made(path) for path in await asyncio.to_thread(lambda: sorted(rehearsal.results.iterdir()))
            ]
            outcome = msgspec.structs.replace(outcome, result=result, files=tuple(made))
        except Exception as error:  # noqa: BLE001 - as a worker does
            failure = Failure(reason=Reason.ERROR, message=str(error))
            outcome = msgspec.structs.replace(outcome, how="fail", failure=failure)
        await self.engine.desk.finish(self.worker, Finish(worker="w1", outcomes=(outcome,)))
        return await self.engine.listing.job(HOUSE, job.id)

    async def _made(self, path: Path) -> MadeFile:
        received = await self.engine.results.receive(native._once(await asyncio.to_thread(path.read_bytes)))
        return MadeFile(name=path.name, blob=received.blob, media_type="application/zip")


class Caller:
    """Somebody who asks for things below /api."""

    def __init__(self, house: House, token: str | None, headers: dict[str, str]) -> None:
        self.house = house
        self._headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            self._headers["Authorization"] = f"Token {token}"

    async def __call__(
        self, method: str, path: str, body: Any = None, *, files: Any = None, data: Any = None, **headers: str
    ) -> httpx2.Response:
        """Ask for a path."""
        said = self._headers | {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if content is not None:
            said.setdefault("Content-Type", "application/json")
        async with httpx2.AsyncClient(base_url=self.house.url, trust_env=False, verify=NO_TRUST, timeout=20) as client:
            return await client.request(method, f"/api{path}", content=content, files=files, data=data, headers=said)

    async def got(self, path: str) -> Any:
        """Return what stands at a path."""
        answer = await self("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def made(self, what: str, **said: Any) -> Any:
        """Make something and return it."""
        answer = await self("POST", f"/{what}", said)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def task(self, *pictures: str, name: str = "cats", labels: tuple[str, ...] = ("cat",), **said: Any) -> Any:
        """Make a task of pictures and return it."""
        if "project_id" not in said:
            said["labels"] = [{"name": label} for label in labels]
        task = await self.made("tasks", name=name, **said)
        if pictures:
            await self.fill(task["id"], *pictures)
            return await self.got(f"/tasks/{task['id']}")
        return task

    async def fill(self, number: int, *pictures: str, **options: Any) -> Job:
        """Send pictures of a task in and let them be taken in."""
        files = [
            (f"client_files[{place}]", (f"/home/mia/{name}", drawn.png(40 + place, 30), "image/png"))
            for place, name in enumerate(pictures)
        ]
        data = {"image_quality": "70", **{name: str(value) for name, value in options.items()}}
        answer = await self("POST", f"/tasks/{number}/data/", files=files, data=data)
        assert answer.status_code == 202, answer.text
        return await self.house.work()


@asynccontextmanager
async def served(house: House) -> AsyncIterator[House]:
    """Serve the house on a free port of this machine, in this event loop."""
    async with native.served(house):
        yield house
