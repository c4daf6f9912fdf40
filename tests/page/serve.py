"""A real server for the journeys: the product's own way up, with other kinds. Its first line tells where it is."""

from __future__ import annotations

import sys

import msgspec

from jobyard.cli.serving import Ready, serve
from jobyard.settings import Settings


def tell(ready: Ready) -> None:
    print(msgspec.json.encode(ready).decode(), flush=True)


if __name__ == "__main__":
    given = msgspec.json.decode(sys.argv[1].encode(), type=Settings)
    sys.exit(serve(given, tell, "tests.page.kinds:REGISTRY"))
