"""One server with its workers, from the first bound port to the last stopped process."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import ipaddress
import logging
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import uvicorn
import uvloop
from msgspec import Struct

from jobyard.cli.building import built
from jobyard.cli.codes import Code, Trouble, told
from jobyard.cli.crew import Crew, WorkerPlan
from jobyard.cli.doorplate import Doorplate, write_private
from jobyard.cli.housekeys import HouseKeys
from jobyard.job.errors import NameTaken
from jobyard.people.record import HOUSE, KeyScope
from jobyard.server import FIRST_USER, House
from jobyard.settings import Settings
from jobyard.web.connection import Connection

_log = logging.getLogger("jobyard.server")
_STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_KEEP_ALIVE = 75
_BREATH = 1.0
"""Seconds after the start in which only what was asked for is done; then the rest of the house is made ready."""
DESK_TOKEN = "desk.token"
"""The file in the data folder from which the workers beside the server read what they sign in with."""


class Ready(Struct, frozen=True, kw_only=True):
    """A server that answers."""

    url: str
    """The address clients use."""
    local_url: str
    """Where this machine reaches it."""
    token: str
    """The house's own token, an administrator's, void when the server stops."""
    data: str
    workers: int
    user: str = ""
    """The first administrator's name, where this start made one."""
    password: str = ""
    """Their password, told this once."""


def serve(settings: Settings, when_ready: Callable[[Ready], None], kinds: str = "") -> int:
    """Serve until SIGTERM, SIGINT or SIGHUP; return the exit code.

    `when_ready` runs in a thread of its own once the server answers; the server goes on meanwhile and after it.
    `kinds` names, as `MODULE:ATTRIBUTE`, what server and workers can do; empty for all that is installed. Raises
    Trouble when the address cannot be used, FolderInUse when another server has the data folder.
    """
    _check_exposure(settings)
    with _bound(settings) as listening, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_Serving(settings, listening, kinds).live(when_ready))


class _Serving:
    def __init__(self, settings: Settings, listening: socket.socket, kinds: str) -> None:
        self._settings = settings
        self._kinds = kinds
        self._listening = listening
        self._asked_to_stop = asyncio.Event()
        self._in_a_hurry = list[Callable[[], None]]()

    async def live(self, when_ready: Callable[[Ready], None]) -> int:
        """Come up, stay, and go down in the opposite order: workers, keys, server."""
        self._hear_signals()
        house = built(self._settings, self._kinds)
        house.address = _address(self._settings.host, self._port)
        async with self._answering(house) as ended, self._known(house) as ready, self._crewed(house, ready):
            threading.Thread(target=_told_of, args=(when_ready, ready), name="ready", daemon=True).start()
            asked = asyncio.create_task(self._asked_to_stop.wait())
            done, _ = await asyncio.wait([asked, ended], timeout=_BREATH, return_when=asyncio.FIRST_COMPLETED)
            if not done:
                await house.furnish()
                gc.freeze()  # what is there by now stays, so nobody need look through it for garbage again
                await asyncio.wait([asked, ended], return_when=asyncio.FIRST_COMPLETED)
            asked.cancel()
            _log.info("stopping")
        return Code.OK if self._asked_to_stop.is_set() else Code.HERE

    @property
    def _port(self) -> int:
        port: int = self._listening.getsockname()[1]
        return port

    def _hear_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in _STOPPING:
            loop.add_signal_handler(number, self._stop)

    def _stop(self) -> None:
        if self._asked_to_stop.is_set():
            for hurry in self._in_a_hurry:
                hurry()
        self._asked_to_stop.set()

    @asynccontextmanager
    async def _answering(self, house: House) -> AsyncIterator[asyncio.Task[None]]:
        """Serve HTTP; gives the task that ends when the server does."""
        server = _Server(_config(house))
        self._in_a_hurry.append(server.hurry)
        ended = asyncio.create_task(server.serve(sockets=[self._listening]))
        up = asyncio.create_task(server.up.wait())
        await asyncio.wait([ended, up], return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        if ended.done():
            house.store.close()
            await ended
            raise Trouble("the server ended before it answered; its log says why.")
        try:
            yield ended
        finally:
            # Workers on other machines that wait for work are sent away; open streams get the grace.
            house.engine.desk.close()
            server.should_exit = True
            await ended

    @asynccontextmanager
    async def _known(self, house: House) -> AsyncIterator[Ready]:
        """Let the command line and our own workers in, for as long as the server runs."""
        folder, local = self._settings.folder, _address(_reachable(self._settings.host), self._port)
        keys = HouseKeys(house.engine, folder)
        password = None
        with suppress(NameTaken):  # another server on the same database was quicker
            password = await house.first_password()
        await keys.take_back_old()
        token, desk = await keys.make(KeyScope.FULL), await keys.make(KeyScope.DESK)
        write_private(folder / DESK_TOKEN, desk.encode())
        Doorplate(url=local, pid=os.getpid(), token=token).hang(folder)
        try:
            yield Ready(
                url=house.base_url(),
                local_url=local,
                token=token,
                data=str(folder),
                workers=self._settings.workers,
                user=FIRST_USER if password else "",
                password=password or "",
            )
        finally:
            Doorplate.take_down(folder)
            (folder / DESK_TOKEN).unlink(missing_ok=True)
            with suppress(Exception):  # the store may be what broke; the next start takes the keys back
                await keys.take_back()

    @asynccontextmanager
    async def _crewed(self, house: House, ready: Ready) -> AsyncIterator[None]:
        """Keep the workers."""
        desk = house.engine.desk

        def bury(name: str, fate: str) -> Awaitable[object]:
            return desk.bury(HOUSE, name, fate)

        crew = Crew(
            WorkerPlan(
                url=ready.local_url,
                token_file=self._settings.folder / DESK_TOKEN,
                slots=self._settings.slots,
                queues=tuple(sorted({"default"} | {kind.queue for kind in house.engine.registry})),
                kinds=self._kinds,
            ),
            _names(self._settings),
            bury,
        )
        self._in_a_hurry.append(crew.hurry)
        crew.start()
        try:
            yield
        finally:
            await crew.stop()


class _Server(uvicorn.Server):
    """Uvicorn's server, leaving the signals to us."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()
        """Set when it answers."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer. Raises Trouble when the app could not be started."""
        try:
            await super().startup(sockets=sockets)
        except SystemExit:
            raise Trouble("the server could not be started; its log says why.") from None
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them as they are."""
        yield

    def hurry(self) -> None:
        """Stop without waiting for answers under way."""
        self.should_exit = self.force_exit = True


def _config(house: House) -> uvicorn.Config:
    return uvicorn.Config(
        house.door,
        http=Connection,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=max(1, round(house.settings.grace)),
    )


def _names(settings: Settings) -> list[str]:
    """Return the names of our workers: the same after every start, and no other house's on the same database."""
    host = socket.gethostname()
    if settings.database:
        # Servers of one machine may share even the folder, but never the port.
        place = f"{settings.folder}:{settings.port}".encode("utf-8", "surrogateescape")
        host += f"-{hashlib.sha256(place).hexdigest()[:6]}"
    return [f"{host}-{number}" for number in range(1, settings.workers + 1)]


def _told_of(when_ready: Callable[[Ready], None], ready: Ready) -> None:
    try:
        when_ready(ready)
    except Exception as error:  # noqa: BLE001 - it is told like any command's error; the server goes on
        told(error)


def _check_exposure(settings: Settings) -> None:
    if settings.expose or _loopback(settings.host):
        return
    raise Trouble(
        f"{settings.host} can be reached from other machines; say --expose if that is meant.",
        Code.USAGE,
    )


@contextmanager
def _bound(settings: Settings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((settings.host, settings.port))
        except OSError as error:
            reason = f"cannot listen on {settings.host} port {settings.port}: {error.strerror or error}"
            raise Trouble(f"{reason}; choose another one with --port or --host.") from None
        yield listening
    finally:
        listening.close()


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - compared, not bound


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
