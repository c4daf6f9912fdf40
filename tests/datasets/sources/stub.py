"""A few lines of S3: a bucket of any keys, listed by the page, which fails when it is told to. It checks nothing."""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit
from xml.sax.saxutils import escape

from jobyard.datasets.messages import Reach

PAGE = 1000


class Answer(NamedTuple):
    """What is answered instead of a page."""

    status: int
    code: str = ""
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def written(self) -> bytes:
        if self.body is not None:
            return self.body
        return f"<?xml version='1.0'?><Error><Code>{self.code}</Code><Message>canary</Message></Error>".encode()


class Numbered(Sequence[bytes]):
    """Very many keys that take no memory."""

    def __init__(self, size: int, form: bytes = b"images/%08d.jpg") -> None:
        self.size = size
        self.form = form

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self.form % number for number in range(*place.indices(self.size))]
        if not 0 <= place < self.size:
            raise IndexError(place)
        return self.form % place


class Stub:
    """The bucket `bucket` at `url`."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self.keys = keys
        self.asked: list[dict[str, str]] = []
        self.heads: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.react: Callable[[dict[str, str]], Answer | None] = lambda query: None
        self.old = False
        """It speaks the first version of the protocol."""
        self.encodes = True
        self.url = ""

    def reach(self, prefix: str = "", **more: Any) -> Reach:
        told: dict[str, Any] = {"region": "x", "host_style": False, "access": "key", "secret": "hidden", **more}
        return Reach(url=self.url, bucket="bucket", prefix=prefix, **told)

    def page(self, query: dict[str, str]) -> bytes:
        prefix = query.get("prefix", "").encode()
        after = query.get("marker" if self.old else "start-after", "").encode("utf-8", "surrogateescape")
        place = max(bisect_right(self.keys, after), bisect_left(self.keys, prefix))
        keys = [key for key in self.keys[place : place + PAGE] if key.startswith(prefix)]
        more = len(self.keys) > place + PAGE and self.keys[place + PAGE].startswith(prefix)
        told = "<Marker></Marker>" if self.old else f"<KeyCount>{len(keys)}</KeyCount>"
        told += "<EncodingType>url</EncodingType>" if self.encodes else ""
        told += f"<IsTruncated>{str(more).lower()}</IsTruncated>"
        space = "http://s3.amazonaws.com/doc/2006-03-01/"
        return (
            f'<?xml version="1.0"?><ListBucketResult xmlns="{space}">{told}{"".join(map(self._content, keys))}'.encode(
                "utf-8", "surrogateescape"
            )
            + b"</ListBucketResult>"
        )

    def _content(self, key: bytes) -> str:
        name = quote(key, safe="/") if self.encodes else escape(key.decode("utf-8", "surrogateescape"))
        return (
            f"<Contents><Key>{name}</Key><LastModified>2024-01-02T03:04:05.678Z</LastModified>"
            f"<ETag>&quot;{len(key):032x}&quot;</ETag><Size>{len(key)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
        )


def handler(stub: Stub) -> type[BaseHTTPRequestHandler]:
    """Return who answers for a bucket."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape"))
            stub.asked.append(query)
            stub.paths.append(parts.path)
            stub.heads.append({name.lower(): value for name, value in self.headers.items()})
            answer = stub.react(query) or Answer(200, body=stub.page(query))
            body = answer.written()
            self.send_response(answer.status)
            for name, value in (("content-length", str(len(body))), *answer.headers):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_DELETE(self) -> None:
            self.do_GET()

        def log_message(self, *words: Any) -> None:
            return

    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        return  # a client that goes away in the middle is part of the tests


@contextmanager
def serving(keys: Sequence[bytes]) -> Iterator[Stub]:
    """Serve a bucket of these keys, which must be sorted."""
    stub = Stub(keys)
    server = Server(("127.0.0.1", 0), handler(stub))
    stub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
