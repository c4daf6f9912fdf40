"""uvicorn without its fixed pauses, for tests that each serve a house of their own."""

from __future__ import annotations

import asyncio
import socket

import uvicorn


def listening() -> socket.socket:
    """Listen on a free port of this machine.

    The protocol is named, for asyncio sends small answers at once (TCP_NODELAY) only where it is: without it every
    answer in two parts waits 40 milliseconds for the client's acknowledgement.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", 0))
    listening.listen(128)
    return listening


class Serving(uvicorn.Server):
    """A server that leaves as soon as it is told to and its connections are through.

    uvicorn looks ten times a second whether it shall end, and waits a tenth of a second once it does. Its promises are
    kept: what runs may end within `timeout_graceful_shutdown`, and is cancelled then.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()

    def leave(self) -> None:
        """Let it end."""
        self.should_exit = True
        self._told.set()

    async def main_loop(self) -> None:
        """Serve until told to leave."""
        await self.on_tick(0)
        await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what is open, and the house behind it."""
        for server in self.servers:
            server.close()
        for one in sockets or []:
            one.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        clock = asyncio.get_running_loop()
        until = clock.time() + (self.config.timeout_graceful_shutdown or 60)
        while (self.server_state.connections or self.server_state.tasks) and clock.time() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        for task in self.server_state.tasks:
            task.cancel()
        await self.lifespan.shutdown()
