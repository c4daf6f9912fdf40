"""A library over a store, with people around it and no server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from jobyard.access.vault import Vault
from jobyard.engine.engine import Engine
from jobyard.faces.native.words import Letters
from jobyard.job.clock import SystemClock
from jobyard.job.ids import new_id
from jobyard.job.record import Job
from jobyard.kinds.registry import Registry
from jobyard.people.record import Actor, KeyScope, Membership, Project, Role, User
from jobyard.settings import Settings
from jobyard.store.blobs import Blobs
from jobyard.store.contract import Store
from jobyard.workflows.capability import Workflows
from jobyard.workflows.kind import WorkflowRun
from jobyard.workflows.library.record import Received, Shown
from jobyard.workflows.library.verbs import Library, New
from jobyard.workflows.packages import Packages
from tests.workflows.drawing import Canvas

PEOPLE = {"ada": Role.ADMINISTRATOR, "olga": Role.OPERATOR, "mia": Role.MEMBER, "max": Role.MEMBER, "vera": Role.VIEWER}
TEAM = "7" * 32
PLACES = {"mia": Role.MEMBER, "max": Role.MEMBER, "vera": Role.VIEWER}


def who(name: str, scope: KeyScope = KeyScope.FULL) -> Actor:
    """Return somebody as they come."""
    places = {TEAM: PLACES[name]} if name in PLACES else {}
    return Actor(name=name, role=PEOPLE[name], scope=scope, projects=places)


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    """Give out bytes as they would come in."""
    for place in range(0, len(data), 1_000):
        yield data[place : place + 1_000]


class Yard:
    """The engine, the library, and short ways to hand something in."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.folder = store, folder / "packages"
        self.packages = Packages(Blobs(self.folder))
        self.capability = Workflows(self.packages)
        self.engine = Engine(
            store,
            Blobs(folder / "blobs"),
            Vault(bytes(32)),
            SystemClock(),
            Registry([WorkflowRun]),
            [self.capability],
            Settings(data=str(folder), password_memory=8),
            Letters(),
        )
        self.library = Library(self.engine, self.packages, 1_000_000)

    async def people(self) -> None:
        """Let the people in, and most of them into a project."""

        def work(transaction: Any) -> None:
            for name, role in PEOPLE.items():
                transaction.put_user(User(id=new_id(), name=name, role=role))
            transaction.put_project(Project(id=TEAM, name="team", owner="ada"))
            for name, role in PLACES.items():
                transaction.put_membership(Membership(project=TEAM, user=name, role=role))

        await self.engine.ledger.write(work)

    async def received(self, data: bytes | None = None, by: str = "mia") -> Received:
        """Hand bytes in."""
        return await self.library.receive(who(by), pieces(document() if data is None else data))

    async def added(self, by: str = "mia", data: bytes | None = None, file: str = "flow.yxmd", **new: Any) -> Shown:
        """Add a workflow."""
        wanted = New(**{"name": "Flow", **new})
        return await self.library.add(who(by), await self.received(data, by), file, wanted)

    def kept(self) -> set[str]:
        """Return the names of all kept packages."""
        return {path.name for path in self.folder.glob("??/*")}

    async def job(self, id_: str) -> Job:
        """Return a job."""
        return await self.engine.listing.job(who("ada"), id_)


def document(*rows: tuple[Any, ...]) -> bytes:
    """Return a document that shows a table."""
    canvas = Canvas()
    canvas.show(canvas.text(["a"], *(rows or ((1,),))))
    return canvas.document()
