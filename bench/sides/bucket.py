"""A bucket as S3 lists it, over a folder, quick enough not to be what is measured. It checks no signature."""

from __future__ import annotations

import sys
from bisect import bisect_right
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from bench.sync.tree import sizes

_PAGE = 1_000
_OBJECT = (
    "<Contents><Key>{0}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
    "<ETag>&quot;{1:032x}&quot;</ETag><Size>{1}</Size><StorageClass>STANDARD</StorageClass></Contents>"
)


class Bucket(BaseHTTPRequestHandler):
    """Answers listings; what the folder holds is read again whenever one begins."""

    protocol_version = "HTTP/1.1"
    folder = Path()
    keys: tuple[str, ...] = ()
    found: dict[str, int] = {}  # noqa: RUF012 - one bucket, one process

    def do_GET(self) -> None:
        """Answer with a page."""
        after = dict(parse_qsl(urlsplit(self.path).query)).get("start-after", "")
        kind = type(self)
        if not after:
            kind.found = sizes(kind.folder)
            kind.keys = tuple(sorted(kind.found))
        place = bisect_right(kind.keys, after)
        names = kind.keys[place : place + _PAGE]
        more = str(place + _PAGE < len(kind.keys)).lower()
        head = f"<ListBucketResult><KeyCount>{len(names)}</KeyCount><IsTruncated>{more}</IsTruncated>"
        told = "".join(_OBJECT.format(name, kind.found[name]) for name in names)
        body = f"{head}{told}</ListBucketResult>".encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Say nothing."""


def main(folder: str) -> int:
    """Serve until SIGTERM; print the address first."""
    Bucket.folder = Path(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
