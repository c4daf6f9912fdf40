"""A house without a server: the same app, opened in this process and asked through memory instead of a port."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import httpx2

from jobyard.cli.housekeys import HouseKeys
from jobyard.client import Jobyard
from jobyard.people.record import KeyScope
from jobyard.settings import Settings

if TYPE_CHECKING:
    from jobyard.server import House


@contextmanager
def opened(settings: Settings) -> Iterator[Jobyard]:
    """Open a data folder and give a client of it, signed in as its first administrator.

    Raises FolderInUse when a server runs on it, Trouble when it has no administrator.
    """
    opening: Future[tuple[Door, str]] = Future()
    thread = threading.Thread(target=_live, args=(settings, opening), name="house")
    thread.start()
    door, token = _result(opening, thread)
    try:
        with Jobyard(door.house.base_url(), token, timeout=3600.0, patience=0.0, transport=door) as client:
            yield client
    finally:
        door.shut()
        thread.join()


class Door(httpx2.BaseTransport):
    """Carries requests of other threads into the house's own."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.loop = asyncio.get_running_loop()
        self.closed = asyncio.Event()
        # Litestar names the kinds of messages it takes and sends, the transport takes any.
        self._inner = httpx2.ASGITransport(app=cast("Any", house.app))

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Let the app answer; the whole answer is there when this returns."""
        return asyncio.run_coroutine_threadsafe(self._answer(request), self.loop).result()

    def shut(self) -> None:
        """Ask the house to close."""
        self.loop.call_soon_threadsafe(self.closed.set)

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._inner.handle_async_request(request)
        content = b"".join([piece async for piece in answer.aiter_raw()])
        return httpx2.Response(answer.status_code, headers=answer.headers, stream=httpx2.ByteStream(content))


def _live(settings: Settings, opening: Future[tuple[Door, str]]) -> None:
    from jobyard.cli.building import built

    async def live() -> None:
        house = built(settings)
        async with house.running():
            keys = HouseKeys(house.engine, settings.folder)
            door = Door(house)
            opening.set_result((door, await keys.make(KeyScope.FULL)))
            try:
                await door.closed.wait()
            finally:
                await keys.take_back()

    try:
        asyncio.run(live())
    except BaseException as error:
        if opening.done():
            raise
        opening.set_exception(error)


def _result(opening: Future[tuple[Door, str]], thread: threading.Thread) -> tuple[Door, str]:
    try:
        return opening.result()
    except BaseException:
        thread.join()
        raise
