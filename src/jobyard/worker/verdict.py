"""How an attempt ended, decided from what its process said or how it died, and from what was wished meanwhile."""

from __future__ import annotations

import signal
from typing import Any

from msgspec import Struct, structs

from jobyard.job.record import Failure
from jobyard.worker import telling
from jobyard.worker.frames import Ended, Gone
from jobyard.worker.hand import Cause
from jobyard.worker.interrupt import IDLE_EXIT


class End(Struct, frozen=True, kw_only=True):
    """The end of an attempt as its worker sees it."""

    how: str
    """`finish`, `fail` or `stop` as the house knows them; `give_back`; or `drop`, of which nothing is said."""
    failure: Failure | None = None
    result: Any = None
    files: tuple[tuple[str, str], ...] = ()
    """Names and media types of the files that the work announced; of those that stand there, each is kept."""


class Limits(Struct, frozen=True, kw_only=True):
    """What an attempt was allowed."""

    seconds: float | None = None
    memory: int | None = None


def judge(last: Ended | Gone, cause: Cause, limits: Limits, *, starved: bool = False) -> End:
    """Return how the attempt ended.

    Work that finished without learning that it should stop has finished. Any other end after a wish is the wished one.
    `starved` says that the machine has killed processes for want of memory meanwhile. The files that the work announced
    come along however it ended, unless somebody else shall do it; work whose process died has announced none.
    """
    end = _ended(last, cause, limits, starved=starved)
    if isinstance(last, Ended) and end.how in {"finish", "fail", "stop"}:
        return structs.replace(end, files=last.files)
    return end


def _ended(last: Ended | Gone, cause: Cause, limits: Limits, *, starved: bool) -> End:
    if cause is Cause.DROP:
        return End(how="drop")
    if isinstance(last, Ended):
        if last.how == "finish" and not last.noticed:
            return End(how="finish", result=last.result)
        if last.how == "fail" and not last.signalled and cause in {Cause.NONE, Cause.LEAVE, Cause.TIMEOUT}:
            return End(how="fail", failure=last.failure)
    match cause:
        case Cause.STOP:
            return End(how="stop")
        case Cause.TIMEOUT:
            return End(how="fail", failure=telling.overdue(limits.seconds))
        case Cause.LEAVE:
            return End(how="give_back")
    if isinstance(last, Gone):
        if last.error:
            return End(how="give_back")
        return End(how="fail", failure=telling.died(last.status, limits.memory, starved=starved))
    if last.how == "fail" and last.failure is not None:
        return End(how="fail", failure=last.failure)
    return End(how="fail", failure=telling.meddled())


def strange(last: Ended | Gone) -> bool:
    """Tell whether this end looks like a SIGTERM that came from elsewhere, perhaps to the worker as well."""
    if isinstance(last, Gone):
        return last.status in {-signal.SIGTERM, IDLE_EXIT}
    return last.signalled
