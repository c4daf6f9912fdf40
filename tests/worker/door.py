"""The wire of the test's house: HTTP in, words for the house out, and trouble where a test wants it."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec
import uvicorn

from jobyard.job.desk import Ask, Beat, Call, Finish, GiveBack, Report
from jobyard.job.errors import Fault

if TYPE_CHECKING:
    from tests.worker.house import House

TOKEN = "token-of-the-worker-that-no-child-may-see"
BODY_LIMIT = 4 * 1024 * 1024
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
SHAPES = {"claim": Ask, "beat": Beat, "report": Report, "finish": Finish, "give_back": GiveBack, "call": Call}
TROUBLE = b'{"title":"Trouble","status":503,"detail":"there is trouble","code":"trouble"}'


class Door:
    """A server in a thread. It may be closed and opened again at the same address."""

    def __init__(self, house: House) -> None:
        self._house = house
        config = uvicorn.Config(
            self._app,
            port=house.port,
            interface="asgi3",
            log_level="error",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.01)

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()

    async def _app(self, scope: Message, receive: Receive, send: Send) -> None:
        verb = scope["path"].removeprefix("/v1/desk/")
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self._house.expect(headers.get("authorization") == f"Bearer {TOKEN}", f"{verb}: a wrong key")
        trouble = self._house.trouble(verb)
        body = await _body(receive)
        if trouble:
            await _reply(send, trouble, TROUBLE)
            return
        try:
            if verb.startswith("files/"):
                answer = self._file(scope, headers, body)
            else:
                answer = await self._word(verb, headers, body, receive)
        except Fault as fault:
            problem = {"title": "Refused", "status": 409, "detail": fault.sentence, "code": fault.code}
            await _reply(send, 409, msgspec.json.encode(problem))
            return
        if trouble == 0:
            await _reply(send, 502, b"<html>lost on the way</html>")
            return
        await _reply(send, 200, msgspec.msgpack.encode(answer))

    async def _word(self, verb: str, headers: dict[str, str], body: bytes, receive: Receive) -> Any:
        self._house.expect(headers.get("content-type") == "application/msgpack", f"{verb}: a wrong content type")
        self._house.expect(len(body) <= BODY_LIMIT, f"{verb}: {len(body)} bytes are too much")
        said = msgspec.msgpack.decode(body, type=SHAPES[verb])
        whole = len(msgspec.msgpack.encode(said)) == len(body)
        self._house.expect(whole or verb == "call", f"{verb}: unknown fields")
        if isinstance(said, Ask):
            return await self._house.claim(said, receive)
        return self._house.hear(verb, said)

    def _file(self, scope: Message, headers: dict[str, str], body: bytes) -> Any:
        name = scope["raw_path"].decode().rpartition("/")[2]
        job, attempt = scope["path"].split("/")[4:6]
        self._house.expect(int(headers["content-length"]) == len(body), f"{name}: a wrong length")
        self._house.expect(attempt.isdigit(), f"{name}: of no attempt")
        return self._house.take(job, name, body)


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _reply(send: Send, status: int, body: bytes) -> None:
    kind = b"application/problem+json" if status >= 400 else b"application/msgpack"
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]})
    await send({"type": "http.response.body", "body": body})
