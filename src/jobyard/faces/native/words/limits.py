"""Limits in the native protocol's words."""

from __future__ import annotations

import msgspec

from jobyard.engine.limits import EACH, Limit, Subject, Use, Used
from jobyard.faces.native.wire import LimitIn, LimitOut, LimitUse, Name, Slug, UsedOut, UserName
from jobyard.faces.native.words.times import moment
from jobyard.job.errors import Invalid, NotFound

_NAMES = {Subject.OWNER: UserName, Subject.QUEUE: Slug, Subject.KIND: Name}


def subject_in(text: str) -> Subject:
    """Return whose limit an address means. Raises NotFound."""
    try:
        return Subject(text)
    except ValueError:
        raise NotFound(what="subject of limits", name=text) from None


def limit_in(subject: str, name: str, wish: LimitIn) -> Limit:
    """Return a limit as the engine takes it. Raises NotFound, or Invalid for a name that its subject cannot have."""
    meant = subject_in(subject)
    if name != EACH:
        try:
            msgspec.convert(name, _NAMES[meant])
        except msgspec.ValidationError as error:
            raise Invalid(reason=f"{error} (name).", fields=[{"path": "name", "message": str(error)}]) from None
    return Limit(subject=meant, name=name, queued=wish.queued, running=wish.running, stored=wish.stored)


def limit_out(limit: Limit) -> LimitOut:
    """Return a limit."""
    return LimitOut(
        subject=limit.subject.value,
        name=limit.name,
        queued=limit.queued,
        running=limit.running,
        stored=limit.stored,
        set_by=limit.set_by,
        set_at=moment(limit.set_at),
    )


def use_out(use: Use) -> LimitUse:
    """Return how much of a limit is used."""
    return LimitUse(
        subject=use.subject.value,
        name=use.name,
        queued=_used(use.queued),
        running=_used(use.running),
        stored=_used(use.stored),
    )


def _used(used: Used | None) -> UsedOut | None:
    return None if used is None else UsedOut(used=used.used, limit=used.limit)
