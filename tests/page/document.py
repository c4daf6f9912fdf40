"""Writes the page's copy of the API's document anew; `make docs` does so, and makes the page's types from it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import msgspec

from jobyard.faces.native.document import document
from jobyard.server import House
from jobyard.settings import Settings
from jobyard.store.memory import MemoryStore

COPY = Path(__file__).parents[2] / "frontend" / "openapi.json"
VERSION = "0"
"""The copy tells no version: a release alone changes nothing of the API."""


def written() -> bytes:
    """Return the document of the real app, in a stable form."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(Settings(data=folder), MemoryStore())
        told = document(house.native.routes, VERSION)
    return msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n"


if __name__ == "__main__":
    COPY.write_bytes(written())
