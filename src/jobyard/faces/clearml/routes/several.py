"""Doing something for several, one after the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from jobyard.faces.clearml import faults
from jobyard.faces.clearml.wire import FailedOut, Json, ManyOut
from jobyard.faces.clearml.words import tasks as words
from jobyard.job.errors import Fault


async def each(ids: list[str], one: Callable[[str], Awaitable[Json]]) -> ManyOut:
    """Do something for each id, one after the other; what is refused for one harms no other."""
    words.require_some(ids)
    succeeded, failed = list[Json](), list[FailedOut]()
    for id_ in ids:
        try:
            succeeded.append({"id": id_, **await one(id_)})
        except Fault as fault:
            refused = faults.said(fault)
            told = {"codes": [refused.code, refused.subcode], "msg": refused.text, "data": {"id": id_}}
            failed.append(FailedOut(id=id_, error=told))
    return ManyOut(succeeded=succeeded, failed=failed)
