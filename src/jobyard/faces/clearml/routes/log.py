"""The console of tasks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import msgspec
import re2

from jobyard.experiments.console import Place
from jobyard.experiments.record import Said
from jobyard.experiments.reports import Clearing
from jobyard.faces.clearml import times
from jobyard.faces.clearml.actions import Answer, Download, action
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Empty
from jobyard.faces.clearml.wire.event_parts import ClearedOut, ClearLogIn, DownloadLogIn
from jobyard.faces.clearml.wire.events import EventsOut, TaskLogIn
from jobyard.faces.clearml.words import events as words
from jobyard.job.clock import SECOND
from jobyard.job.errors import Invalid

_MOST = 10_000
_DOWNLOADED = 50_000
"""The most pieces of one download."""
_WHOLE = 64 * 1024 * 1024
"""The bytes after which a download ends."""
_PART = 1_000
_FORM = 1_000
"""Characters that say how a piece is written."""
_NAMED = re2.compile(r"\{(asctime|timestamp|worker|level|msg)\}")


@action("events.get_task_log", "2.1", TaskLogIn, EventsOut)
async def get_task_log(call: Call, said: TaskLogIn) -> Answer:
    """Return a part of a task's log: the newest before a time, or the oldest after it."""
    if not 1 <= said.batch_size <= _MOST:
        raise Invalid(reason=f"error for field 'batch_size'. it is 1 to {_MOST}")
    at = None if said.from_timestamp is None else times.of_milliseconds(said.from_timestamp, 0)
    found, total = await call.experiments.curves.console(
        call.actor,
        said.task,
        said.batch_size,
        at,
        earlier=said.navigate_earlier,
        among=words.pairs(said.metrics),
    )
    events = [words.log_event(one, said.task) for one in found]
    newest_first = said.order == "desc" or (said.order is None and said.navigate_earlier)
    return EventsOut(events=events[::-1] if newest_first else events, returned=len(events), total=total)


@action("events.clear_task_log", "2.13", ClearLogIn, ClearedOut)
async def clear_task_log(call: Call, said: ClearLogIn) -> Answer:
    """Forget the log of a task: all of it, what is old, or what tells of some metrics."""
    if (said.threshold_sec or 0) < 0:
        raise Invalid(reason="error for field 'threshold_sec'. it is at least 0")
    clearing = Clearing(
        before=call.now() - said.threshold_sec * SECOND if said.threshold_sec else 2**62,
        only=said.include_metrics,
        but=said.exclude_metrics or (),
        locked_too=said.allow_locked,
    )
    return ClearedOut(deleted=await call.experiments.reports.clear(call.actor, said.task, clearing))


@action("events.download_task_log", "2.1", DownloadLogIn, Empty)
async def download_task_log(call: Call, said: DownloadLogIn) -> Answer:
    """Return the log of a task as a file, from its beginning."""
    if len(said.line_format) > _FORM:
        raise Invalid(reason=f"error for field 'line_format'. it has at most {_FORM} characters")
    await call.experiments.tasks.get(call.actor, said.task)
    pieces, size, form = list[bytes](), 0, _NAMED.split(said.line_format)
    async for one in _pieces(call, said.task):
        if said.line_type == "json":
            parts = [msgspec.json.encode(words.log_event(one, said.task))]
        else:
            parts = [part.encode("utf-8", "replace") for part in _line(one, form)]
        size += sum(map(len, parts))
        # A form may name the text very often; so the size is known before anything is joined.
        if size > _WHOLE:
            break
        pieces.append(b"".join(parts))
    if said.line_type == "json":
        return Download(b"[" + b",\n".join(pieces) + b"]", "application/json", f"task_{said.task}.json")
    return Download(b"".join(pieces), "text/plain; charset=utf-8", f"task_{said.task}.log")


async def _pieces(call: Call, task: str) -> AsyncIterator[Said]:
    place, count = Place(-1, 0), 0
    while count < _DOWNLOADED:
        part = await call.experiments.console.part(call.actor, task, _PART, place)
        for _, piece in part.pieces:
            yield piece
        count += len(part.pieces)
        if len(part.pieces) < _PART:
            return
        place = part.pieces[-1][0]


def _line(one: Said, form: Sequence[str]) -> list[str]:
    """Return the parts of a line; every second one of its form is the name of what stands there."""
    told = {
        "asctime": times.written(one.at),
        "timestamp": str(times.milliseconds(one.at)),
        "worker": one.worker,
        "level": one.level,
        "msg": one.text.rstrip("\n"),
    }
    return [*(told[part] if place % 2 else part for place, part in enumerate(form)), "\n"]


ACTIONS = (get_task_log, clear_task_log, download_task_log)
