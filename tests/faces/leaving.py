"""Readers that go away while they are being sent something."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote


async def left_open(door: Any, path: str, authorization: str) -> Counter[str]:
    """Ask for a file, go away in the midst of its first piece; return what stays open, with no garbage looked for."""
    status, gone, asked = list[int](), asyncio.Event(), list[Any]()

    async def receive() -> Any:
        if not asked:
            asked.append({"type": "http.request", "body": b"", "more_body": False})
            return asked[0]
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            status.append(message["status"])
        elif message["type"] == "http.response.body":
            gone.set()
            await asyncio.Event().wait()

    gc.disable()
    try:
        before = _open()
        await asyncio.wait_for(door(_scope(path, authorization), receive, send), 20)
        assert (status, gone.is_set()) == ([200], True)
        return _open() - before
    finally:
        gc.enable()


def _scope(path: str, authorization: str) -> dict[str, Any]:
    raw, _, query = path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote(raw),
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"authorization", authorization.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }


def _open() -> Counter[str]:
    found = Counter[str]()
    for one in Path("/proc/self/fd").iterdir():
        try:
            target = str(one.readlink())
        except FileNotFoundError:
            continue  # the one that listed them
        if target.startswith("/") and not target.startswith(("/dev/", "/proc/")):
            found[target] += 1
    return found
