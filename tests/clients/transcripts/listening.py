"""A door before a house that passes on what is said, one thing after another, and writes it down."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_OURS = {"connection", "transfer-encoding", "content-length", "keep-alive", "date", "server"}
_WITHIN = 60


class Listener(ThreadingHTTPServer):
    """Passes everything on to a house; `heard` is what was said and answered, in the order of the answers."""

    daemon_threads = True

    def __init__(self, house: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.house = urlsplit(house)
        self.heard: list[dict[str, Any]] = []
        self.turn = threading.Lock()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Listener

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _OURS | {"host"}}
        headers |= {"Accept-Encoding": "identity", "Content-Length": str(len(body))}
        with self.server.turn:
            house = self.server.house
            assert house.hostname is not None
            behind = http.client.HTTPConnection(house.hostname, house.port or 80, timeout=_WITHIN)
            behind.request(self.command, self.path, body, headers)
            answer = behind.getresponse()
            told = answer.read()
            behind.close()
            self.server.heard.append(
                {
                    "method": self.command,
                    "path": self.path,
                    "worker": self.headers.get("x-clearml-worker", ""),
                    "type": self.headers.get("content-type", ""),
                    **_content("body", body, self.headers.get("content-type", "")),
                    "status": answer.status,
                    "answer type": answer.headers.get("content-type", ""),
                    **_content("answer", told, answer.headers.get("content-type", "")),
                }
            )
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in _OURS:
                self.send_header(name, value)
        length = answer.headers["content-length"] if self.command == "HEAD" else len(told)
        self.send_header("Content-Length", str(length or 0))
        # Who asked may be gone by now; what was said and answered stays so.
        with suppress(ConnectionError):
            self.end_headers()
            self.wfile.write(told)

    def do_GET(self) -> None:
        self._pass()

    def do_HEAD(self) -> None:
        self._pass()

    def do_POST(self) -> None:
        self._pass()

    def do_PUT(self) -> None:
        self._pass()

    def do_DELETE(self) -> None:
        self._pass()

    def log_message(self, *_: Any) -> None:
        """Say nothing: what was heard is written down elsewhere."""


def _content(name: str, content: bytes, kind: str) -> dict[str, Any]:
    """Return what was said as JSON where it is that, and else as text with one character a byte."""
    if not content:
        return {}
    if kind.startswith("application/json-lines"):
        return {f"{name} lines": [json.loads(line) for line in content.splitlines() if line.strip()]}
    if kind.startswith("application/json"):
        return {name: json.loads(content)}
    return {f"{name} bytes": content.decode("latin-1")}


@contextmanager
def listening(house: str) -> Iterator[Listener]:
    """Listen before a house."""
    with Listener(house) as listener:
        thread = threading.Thread(target=listener.serve_forever, daemon=True)
        thread.start()
        try:
            yield listener
        finally:
            listener.shutdown()
            thread.join()
