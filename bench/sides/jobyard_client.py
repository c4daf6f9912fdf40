"""Submits to Jobyard: through its own Python client, or over bare HTTP when `BENCH_WIRE` is set."""

from __future__ import annotations

import json
import os

from bench import client, wire
from jobyard.client import Jobyard

URL, TOKEN = os.environ["BENCH_URL"], os.environ["BENCH_TOKEN"]


def own_client() -> client.Submit:
    """Open one client."""
    house = Jobyard(URL, TOKEN)
    return lambda number: house.submit("bench.append", {"number": number})


def bare() -> client.Submit:
    """Open one bare connection."""
    connection = wire.Connection(URL, TOKEN)
    return lambda number: connection.ask("POST", "/v1/jobs", _body(number))


def burst(numbers: range, connections: int) -> float:
    """Submit over bare connections, each warmed with one job."""
    opened = [wire.Connection(URL, TOKEN) for _ in range(connections)]
    left = iter(numbers)
    for connection in opened:
        connection.ask("POST", "/v1/jobs", _body(next(left)))
    return wire.burst(opened, lambda one, number: one.send("POST", "/v1/jobs", _body(number)), left)


def _body(number: int) -> bytes:
    return json.dumps({"kind": "bench.append", "parameters": {"number": number}}).encode()


if __name__ == "__main__":
    if os.environ.get("BENCH_WIRE"):
        client.run(bare, burst)
    else:
        client.run(own_client)
