"""Limits: what one owner, queue or kind may hold, and how much of it you use."""

from __future__ import annotations

from litestar import delete, get, put
from litestar.params import JSONBody

from jobyard.faces.native import words
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import InPath
from jobyard.faces.native.wire import LimitIn, LimitOut, LimitUse


@get("/limits", operation_id="listLimits")
async def list_limits(request: Ask) -> list[LimitOut]:
    """Return all limits, by subject and name."""
    return [words.limit_out(limit) for limit in await request.engine.limits.list(request.user)]


@get("/limits/mine", operation_id="listMyLimits")
async def list_my_limits(request: Ask) -> list[LimitUse]:
    """Return what bounds you, as an owner, in the queues you see, and by kind, with how much of it is used."""
    uses = await request.engine.limits.uses(request.user, request.engine.registry.names())
    return [words.use_out(use) for use in uses]


@put("/limits/{subject:str}/{name:str}", operation_id="setLimit")
async def set_limit(request: Ask, subject: InPath, name: InPath, data: JSONBody[LimitIn]) -> LimitOut:
    """Set what one owner, queue or kind may hold, in place of what was set before. For operators.

    The name `*` means each one that has no limit of its own.
    """
    limit = words.limit_in(subject, name, data)
    return words.limit_out(await request.engine.limits.put(request.user, limit))


@delete("/limits/{subject:str}/{name:str}", operation_id="dropLimit")
async def drop_limit(request: Ask, subject: InPath, name: InPath) -> None:
    """Take a limit away. For operators."""
    await request.engine.limits.drop(request.user, words.subject_in(subject), name)


HANDLERS = (list_limits, list_my_limits, set_limit, drop_limit)
