"""Which text every store can keep: all of Unicode but the NUL character and lone surrogates, which PostgreSQL refuses.

Inside JSON values and log lines NUL is fine, since it travels escaped or as bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jobyard.job.errors import Invalid
from jobyard.job.record import Job


def storable(text: str) -> bool:
    """Tell whether a column can hold `text`."""
    if "\0" in text:
        return False
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def possible(parameters: Mapping[str, Any]) -> bool:
    """Tell whether every text among the parameters of a statement can be in a column at all."""
    for value in parameters.values():  # noqa: SIM110 - this is asked before every statement, and a loop is quicker
        if type(value) is str and not storable(value):
            return False
    return True


def require(texts: Iterable[str | None]) -> None:
    """Raise Invalid when one of the texts cannot be kept."""
    if not all(text is None or storable(text) for text in texts):
        raise unstorable()


def unstorable() -> Invalid:
    """Return the refusal of a text that cannot be kept."""
    return Invalid(reason="A text holds a NUL character or half of a surrogate pair, which cannot be stored.")


def columns(job: Job) -> list[str | None]:
    """Return the texts of a job that rest in columns of their own."""
    texts = [job.id, job.kind, job.owner, job.name, job.project, job.queue, job.parent, job.face, job.worker]
    for name, value in job.labels.items():
        texts += [name, value]
    if job.resource is not None:
        texts += [job.resource.type, job.resource.id]
    return texts
