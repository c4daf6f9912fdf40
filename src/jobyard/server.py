"""The wiring: settings -> store -> engine -> capabilities -> faces -> one ASGI app. Builds, decides nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import cached_property

from litestar import Litestar
from msgspec import Struct

import jobyard
from jobyard.access.vault import Vault
from jobyard.commands import Commands
from jobyard.datasets.capability import DatasetCapability
from jobyard.datasets.catalog import Datasets
from jobyard.datasets.endpoints import Endpoints
from jobyard.datasets.uploads import Uploads
from jobyard.datasets.work.capability import WorkCapability
from jobyard.datasets.work.sendings import Sendings
from jobyard.datasets.work.showing import Showing
from jobyard.datasets.work.tasks import Tasks
from jobyard.engine.capability import Capability
from jobyard.engine.engine import Engine
from jobyard.engine.upkeep import PACKAGES as KEPT_PACKAGES
from jobyard.engine.upkeep import PICTURES, TASK_FILES
from jobyard.experiments.house import Experiments
from jobyard.faces.alteryx import paths as alteryx_paths
from jobyard.faces.clearml import paths as clearml_paths
from jobyard.faces.cvat import paths as cvat_paths
from jobyard.faces.modelarts import paths as modelarts_paths
from jobyard.faces.native import app as native_face
from jobyard.faces.native import faults as native_faults
from jobyard.faces.native.surroundings import Surroundings
from jobyard.faces.native.words import Letters
from jobyard.job.clock import SystemClock
from jobyard.job.errors import Fault
from jobyard.job.shapes import learn
from jobyard.kinds.registry import Registry
from jobyard.people.record import HOUSE, Role
from jobyard.settings import Settings
from jobyard.store.blobs import Blobs
from jobyard.store.contract import Store
from jobyard.web import problems
from jobyard.web.doorplate import Doorplate
from jobyard.web.doors import App, Doors, Room, named
from jobyard.web.hall import hall
from jobyard.web.health import health
from jobyard.web.late import Late
from jobyard.web.pages import lost, pages
from jobyard.web.porter import Porter
from jobyard.workflows.capability import Workflows
from jobyard.workflows.library.verbs import Library
from jobyard.workflows.packages import Packages
from jobyard.workflows.scripts.capability import Scripts
from jobyard.workflows.sharing.credentials import Box
from jobyard.workflows.sharing.house import Sharing
from jobyard.workflows.sharing.lending import Collected

PACKAGES = ("jobyard.datasets", "jobyard.experiments", "jobyard.workflows", "jobyard.workflows.sharing")
"""The capabilities that keep tables of their own."""
FIRST_USER = "admin"
_BREATH = 0.02
"""Seconds between two pieces of what is built once the port is open."""


class House:
    """A built server: the app, the engine behind it, and the store that must be closed at the end."""

    def __init__(self, settings: Settings, store: Store, registry: Registry | None = None) -> None:
        self._learnt = set[type[Struct]]()
        learn("jobyard", known=self._learnt)
        self._late = list[Late]()
        self.settings = settings
        self.store = store
        self.address = f"http://{settings.host}:{settings.port}"
        """Where the server listens; corrected by whoever binds the port."""
        clock = SystemClock()
        vault = Vault.in_file(settings.folder / "master.key")
        roots = settings.source_roots
        self.uploads = Uploads(settings.folder / "uploads", settings.upload_limit)
        self.pictures = settings.folder / PICTURES
        self.packages = Packages(Blobs(settings.folder / KEPT_PACKAGES))
        self.engine = Engine(
            store=store,
            blobs=Blobs(settings.folder / "blobs"),
            vault=vault,
            clock=clock,
            registry=registry or Registry.installed(),
            capabilities=self._capabilities(vault),
            settings=settings,
            wording=Letters(),
        )
        self.datasets = Datasets(
            store, clock, roots, vault, source_deletes=settings.source_deletes, pictures=self.pictures
        )
        self.tasks = Tasks(store, clock, roots, self.pictures, vault)
        self.sendings = Sendings(store, clock, roots, self.uploads)
        self.showing = Showing(store, clock, self.datasets, self.tasks)
        files = settings.folder / TASK_FILES
        self.experiments = Experiments(self.engine, settings.task_silence, files, settings.upload_limit)
        self.library = Library(self.engine, self.packages, settings.upload_limit, Collected(clock))
        self.sharing, self.endpoints = Sharing(self.engine.ledger, vault), Endpoints(store, clock, vault)
        self.app = self._doors()
        """The app behind every address."""
        self.door = Porter(self.app, self.engine.meters.answered)
        """The app as it is served: every request is counted and has its line in the log."""

    def _doors(self) -> Doors:
        return Doors(
            [native_room(self._built_late(lambda: self.native), self.settings), *self._foreign_rooms()],
            hall_room(hall([*health(self.ready), *pages()], lost()), self.settings),
            Doorplate(self.settings),
            self.running,
        )

    def _capabilities(self, vault: Vault) -> list[Capability]:
        roots = self.settings.source_roots
        workflows = Workflows(self.packages, Collected(SystemClock()))
        return [
            Commands(self.settings.commands),
            DatasetCapability(roots, vault),
            WorkCapability(roots, vault, self.uploads, self.pictures),
            workflows,
            Scripts(workflows, Box(vault)),
        ]

    @cached_property
    def native(self) -> Litestar:
        """The app of our own protocol, built when it is first looked at."""
        return native_face.native(self._native_surroundings())

    def _native_surroundings(self) -> Surroundings:
        return Surroundings(
            engine=self.engine,
            datasets=self.datasets,
            endpoints=self.endpoints,
            sendings=self.sendings,
            showing=self.showing,
            experiments=self.experiments,
            library=self.library,
            sharing=self.sharing,
            settings=self.settings,
            base_url=self.base_url,
            version=jobyard.__version__,
        )

    def _foreign_rooms(self) -> list[Room]:
        """Return the rooms of the protocols of other products that the settings name, to be built later."""
        rooms, wanted = list[Room](), self.settings.faces
        if "clearml" in wanted:
            rooms.append(clearml_room(self._built_late(self._clearml), self.settings))
        if "modelarts" in wanted:
            rooms += modelarts_rooms(self._built_late(self._modelarts), self.settings)
        if "cvat" in wanted:
            rooms.append(cvat_room(self._built_late(self._cvat), self.settings))
        if "alteryx" in wanted:
            rooms.append(alteryx_room(self._built_late(self._alteryx), self.settings))
        return rooms

    def _built_late(self, build: Callable[[], App]) -> Late:
        def built() -> App:
            app = build()
            learn("jobyard", known=self._learnt)
            return app

        self._late.append(Late(built))
        return self._late[-1]

    def _alteryx(self) -> App:
        from jobyard.faces.alteryx.app import alteryx
        from jobyard.faces.alteryx.surroundings import Surroundings as AlteryxSurroundings

        return alteryx(
            AlteryxSurroundings(
                engine=self.engine,
                library=self.library,
                sharing=self.sharing,
                settings=self.settings,
                base_url=self.base_url,
                version=jobyard.__version__,
            )
        )

    def _clearml(self) -> App:
        from jobyard.faces.clearml.app import ClearmlApp
        from jobyard.faces.clearml.surroundings import Surroundings as ClearmlSurroundings

        return ClearmlApp(
            ClearmlSurroundings(
                engine=self.engine,
                experiments=self.experiments,
                settings=self.settings,
                base_url=self.base_url,
                version=jobyard.__version__,
            )
        )

    def _cvat(self) -> App:
        from jobyard.datasets.catalog.guiding import Guides
        from jobyard.faces.cvat.app import cvat
        from jobyard.faces.cvat.surroundings import Surroundings as CvatSurroundings

        return cvat(
            CvatSurroundings(
                engine=self.engine,
                datasets=self.datasets,
                tasks=self.tasks,
                guides=Guides(self.store, self.engine.ledger.clock, ()),
                uploads=self.uploads,
                settings=self.settings,
                base_url=self.base_url,
                version=jobyard.__version__,
            )
        )

    def _modelarts(self) -> App:
        from jobyard.faces.modelarts.app import modelarts
        from jobyard.faces.modelarts.surroundings import Surroundings as ModelartsSurroundings

        return modelarts(
            ModelartsSurroundings(
                engine=self.engine, datasets=self.datasets, settings=self.settings, base_url=self.base_url
            )
        )

    async def furnish(self) -> None:
        """Build what waits for its first request, letting others go first between the pieces. Raises what that raises.

        Thus what cannot be built is noticed while the house comes up, and no request waits for it later. Whoever asks
        at once waits for the piece that they ask alone: a new connection takes several turns of the loop.
        """
        for late in self._late:
            await asyncio.sleep(_BREATH)
            late.built()

    def base_url(self) -> str:
        """Return the address clients use, without a slash at its end."""
        return (self.settings.public_url or self.address).rstrip("/")

    async def ready(self) -> bool:
        """Tell whether the store answers."""
        try:
            await self.engine.ledger.read(lambda view: view.last_event())
        except Fault:
            return False
        return True

    async def first_password(self) -> str | None:
        """Create the first administrator where there is no user yet; return the password, shown this once."""
        if await self.engine.ledger.read(lambda view: view.users()):
            return None
        # To hash a password takes as long as to build our own protocol, and needs neither this thread nor its lock.
        adding = self.engine.people.add_user(HOUSE, FIRST_USER, Role.ADMINISTRATOR)
        (_, password), _ = await asyncio.gather(adding, self._furnish_own())
        return password

    async def _furnish_own(self) -> None:
        self._late[0].built()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the feed and the keeper going; close the store at the end."""
        with suppress(Fault):  # what is left half deleted is hidden already; the next start tries again
            await self.tasks.sweep()
            await self.tasks.sweep_uploads(self.uploads)
            await self.datasets.sweep()
            await self.experiments.sweep()
            await self.library.sweep()
        chores = [
            asyncio.create_task(self.engine.run()),
            asyncio.create_task(self.experiments.keeping.run()),
            asyncio.create_task(self.tasks.forgetting(self.settings.event_retention)),
        ]
        try:
            yield
        finally:
            self.engine.desk.close()
            for chore in chores:
                chore.cancel()
            await asyncio.gather(*chores, return_exceptions=True)
            await asyncio.to_thread(self.store.close)


def alteryx_room(app: App, settings: Settings) -> Room:
    """Return the Alteryx face as a room."""

    def refusal(status: int, detail: str) -> tuple[str, bytes]:
        from jobyard.faces.alteryx import faults

        return faults.refusal(status, detail)

    return Room(
        app=alteryx_paths.Plain(app),
        takes=alteryx_paths.takes,
        refusal=refusal,
        body_limit=settings.body_limit,
        counts_itself=alteryx_paths.COUNTS_ITSELF,
    )


def clearml_room(app: App, settings: Settings) -> Room:
    """Return the ClearML face as a room."""

    def refusal(status: int, detail: str) -> tuple[str, bytes]:
        from jobyard.faces.clearml import faults

        return faults.refusal(status, detail)

    return Room(
        app=app,
        takes=clearml_paths.takes,
        refusal=refusal,
        body_limit=max(settings.body_limit, clearml_paths.BODY_LIMIT),
        counts_itself=clearml_paths.COUNTS_ITSELF,
        below=(clearml_paths.DATASETS,),
    )


def cvat_room(app: App, settings: Settings) -> Room:
    """Return the CVAT face as a room."""

    def refusal(status: int, detail: str) -> tuple[str, bytes]:
        from jobyard.faces.cvat import faults

        return faults.refusal(status, detail)

    return Room(
        app=app,
        takes=named(cvat_paths.PLACE),
        refusal=refusal,
        body_limit=settings.body_limit,
        counts_itself=cvat_paths.COUNTS_ITSELF,
    )


def native_room(app: App, settings: Settings) -> Room:
    """Return the native face as a room."""
    return Room(
        app=app,
        takes=named(*native_face.PLACES),
        refusal=native_faults.refusal,
        body_limit=settings.body_limit,
        counts_itself=native_face.COUNTS_ITSELF,
    )


def modelarts_rooms(app: App, settings: Settings) -> list[Room]:
    """Return the ModelArts face as two rooms, since its login says what it refuses in another way."""

    def refusal(status: int, detail: str) -> tuple[str, bytes]:
        from jobyard.faces.modelarts import faults

        return faults.refusal(status, detail)

    def identity_refusal(status: int, detail: str) -> tuple[str, bytes]:
        from jobyard.faces.modelarts import faults

        return faults.identity_refusal(status, detail)

    said = {modelarts_paths.PLACE: refusal, modelarts_paths.LOGIN_PLACE: identity_refusal}
    return [Room(app=app, takes=named(name), refusal=how, body_limit=settings.body_limit) for name, how in said.items()]


def hall_room(app: App, settings: Settings) -> Room:
    """Return the room that the page is in."""
    return Room(app=app, takes=named(), refusal=problems.refusal, body_limit=settings.body_limit)


def open_store(settings: Settings) -> Store:
    """Open the store that the settings name. Raises FolderInUse, UnsafeFolder or Unavailable."""
    settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if settings.database:
        from jobyard.store.postgres import PostgresStore

        return PostgresStore.open(settings.database, packages=PACKAGES)
    from jobyard.store.sqlite import SqliteStore

    return SqliteStore.open(settings.folder, packages=PACKAGES, synchronous=settings.synchronous)


def build(settings: Settings) -> House:
    """Put a server together. Nothing runs before its app is started; `House.running` runs it without one."""
    return House(settings, open_store(settings))
