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
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def possible(parameters: Mapping[str, Any]) -> bool:
    """Tell whether every text among the parameters of a statement can be in a column at all."""
    # One look at all of them together: halves of a surrogate pair stay halves when they come to stand side by side.
    texts = [value for value in parameters.values() if type(value) is str]
    return not texts or storable("".join(texts))


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
    texts += [job.unique, job.schedule, job.origin, *job.after]
    for name, value in job.labels.items():
        texts += [name, value]
    if job.resource is not None:
        texts += [job.resource.type, job.resource.id]
    return texts
