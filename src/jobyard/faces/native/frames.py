"""Frames of server-sent events: how one is written, and those that were written already."""

from __future__ import annotations

from collections import OrderedDict

import msgspec
from msgspec import Struct

from jobyard.engine.feed import Happened
from jobyard.faces.native import words
from jobyard.faces.native.wire import FeedJob
from jobyard.people.record import Actor

_REMEMBERED = 16 * 1024 * 1024
"""Bytes of frames that are kept for further readers; a job may be large."""


def frame(event: str, data: Struct, number: int | None = None) -> bytes:
    """Return one frame; with a number a reader that comes back says it in Last-Event-ID."""
    told = b"event: %b\ndata: %b\n\n" % (event.encode(), msgspec.json.encode(data))
    return told if number is None else b"id: %d\n%b" % (number, told)


def alive(number: int | None = None) -> bytes:
    """Return a sign of life: no event, but with a number it moves the place from which a reader would go on."""
    return b": alive\n\n" if number is None else b"id: %d\n: alive\n\n" % number


class Frames:
    """Frames that were written already. Readers who may ask the same of a job share the same bytes."""

    def __init__(self, names: words.Names) -> None:
        self._names = names
        self._size = 0
        self._written: OrderedDict[tuple[int, int, tuple[str, ...]], bytes] = OrderedDict()

    async def told(self, actor: Actor, happened: Happened) -> bytes:
        """Return a frame `job` for this reader."""
        event, job = happened.event, happened.job
        key = (event.number, job.revision if job else 0, tuple(words.may(actor, job)) if job else ())
        names = await self._names.of([job.project if job else None])
        written = self._written.get(key)
        if written is None:
            shown = FeedJob(event=words.event_out(event), job=words.job_out(job, actor, names) if job else None)
            written = self._written[key] = frame("job", shown, event.number)
            self._size += len(written)
            while self._size > _REMEMBERED:
                self._size -= len(self._written.popitem(last=False)[1])
        return written
