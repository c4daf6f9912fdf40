"""Server-sent events that survive a lost connection: the stream goes on behind the last event that was seen."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx2
from msgspec import Struct
from msgspec.structs import replace

from jobyard.client.errors import Unavailable
from jobyard.client.exchange import Call, Exchange

SILENCE = 60.0
"""Seconds without a byte (the house sends a sign of life more often) after which the connection counts as lost."""

_STOOD = 1.0


class Frame(Struct, frozen=True, kw_only=True):
    """One event of a stream."""

    event: str
    data: bytes
    """JSON."""
    number: int | None = None
    """Its place in the stream; None for frames that are not repeated."""


def follow(exchange: Exchange, path: str, query: dict[str, object]) -> Iterator[Frame]:
    """Give out frames until the house ends the stream or its reader stops.

    A lost connection is made again, and the stream goes on after the last numbered frame. Raises Refusal, and
    Unreachable when the house stays silent for longer than the client's patience.
    """
    patience, seen = exchange.patience(), ""
    call = Call(path=path, query=query, within=SILENCE)
    while True:
        # The number of the last frame wins over where the reader began.
        headers = {"Last-Event-ID": seen} if seen else {}
        began = time.monotonic()
        try:
            for frame in _frames(exchange, replace(call, headers=headers)):
                patience.renew()
                seen = str(frame.number) if frame.number is not None else seen
                yield frame
                if frame.event == "end":
                    return
            lost: Exception = httpx2.RemoteProtocolError("the stream ended early")
        except (httpx2.TransportError, Unavailable) as error:
            lost = error
        if time.monotonic() - began >= _STOOD:
            patience.renew()  # it was a good connection, however little was said on it
        patience.bear(lost)


def _frames(exchange: Exchange, call: Call) -> Iterator[Frame]:
    with exchange.stream(call) as response:
        for event in httpx2.EventSource(response):
            number = int(event.id) if event.id.isdecimal() else None
            yield Frame(event=event.event, data=event.data.encode(), number=number)
