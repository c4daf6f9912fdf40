"""The steps of pipelines: tasks below a controller, with which the same is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from jobyard.experiments.contents import CONTROLLER
from jobyard.experiments.search import Asked
from jobyard.faces.clearml.surroundings import Call
from jobyard.job.errors import Fault


async def steps_of(call: Call, id_: str, *, wanted: bool) -> list[str]:
    """Return the ids of the steps of a pipeline; none where they are not wanted, and of any other task.

    A run that was made like another one lies below it too, and is no step.
    """
    if not wanted or (await call.experiments.tasks.get(call.actor, id_)).task.type != CONTROLLER:
        return []
    found = await call.experiments.search.all(call.actor, Asked(parents=(id_,), hidden=True, whole=False))
    return [one.task.id for one in found if one.task.type != CONTROLLER]


async def with_each(ids: Sequence[str], done: Callable[[str], Awaitable[object]]) -> None:
    """Do something with each step; what does not fit one harms no other."""
    for id_ in ids:
        with suppress(Fault):
            await done(id_)
