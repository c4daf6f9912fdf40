"""What the verbs stand on: the store, the clock, the sources, and how a dataset is found and held."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.access.vault import Vault
from jobyard.datasets import finding, rows
from jobyard.datasets.rows import Held
from jobyard.datasets.sources import Sources
from jobyard.datasets.tables import charges
from jobyard.engine.jobs import project_for
from jobyard.job.clock import Clock
from jobyard.job.errors import Invalid, NotFound, Refused
from jobyard.job.ids import is_id
from jobyard.people.record import Actor
from jobyard.store.contract import Store, Transaction, View
from jobyard.store.text import storable

T = TypeVar("T")

PAGE_LIMIT = 500
"""The most datasets or samples of one page; who asks for more gets this many."""
BATCH_LIMIT = 1_000
"""The most samples one request may change or delete."""
NAME_LIMIT = 100
DESCRIPTION_LIMIT = 1_000
WORK_PATH_LIMIT = 700
SETTINGS_LIMIT = 16 * 1024
AT_ONCE = 10_000
"""How much of a large deletion is done in one transaction."""


class Ground:
    """Holds what every verb needs."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        roots: Iterable[str | Path],
        vault: Vault | None = None,
        *,
        source_deletes: bool = False,
        pictures: Path | None = None,
    ) -> None:
        """Take the allowed source roots, who opens the keys of buckets, and whether files may be deleted from sources.

        `pictures` is the folder of those that were sent in; they are removed with their datasets.

        Raises ValueError for a relative root.
        """
        self._store = store
        self._clock = clock
        self._sources = Sources(roots)
        self._vault = vault
        self._source_deletes = source_deletes
        self._pictures = pictures

    async def _write(self, work: Callable[[Transaction], T]) -> T:
        return await asyncio.wrap_future(self._store.write(work))

    async def _read(self, work: Callable[[View], T]) -> T:
        return await asyncio.wrap_future(self._store.read(work))


def held(transaction: Transaction, actor: Actor, wanted: str, verb: Verb, what: str) -> Held:
    """Return a dataset the actor may do this to, and keep others from changing it. Raises NotFound or Refused."""
    found = finding.found(transaction, actor, wanted)
    if not rules.may(actor, verb, found):
        raise Refused(verb=what)
    locked = rows.lock(transaction, found.id)
    if locked is None:
        raise NotFound(what="dataset", name=wanted)
    return locked


def entrust(transaction: Transaction, home: str, assignee: str | None) -> None:
    """Write down who sees to a dataset or a collection. Raises NotFound for a user who is not there."""
    user = transaction.user(assignee) if assignee is not None else None
    if assignee is not None and (user is None or user.disabled):
        raise NotFound(what="user", name=assignee)
    charges.put(transaction, home, assignee)


def bounded(limit: int) -> int:
    """Return a page's size within its bounds."""
    return min(max(limit, 1), PAGE_LIMIT)


def check_name(what: str, name: str) -> None:
    """Raise Invalid unless a dataset or a collection may be called so."""
    wrong = ""
    if not 1 <= len(name) <= NAME_LIMIT:
        wrong = f"A {what}'s name has 1 to {NAME_LIMIT} characters."
    elif not name.isprintable() or name != name.strip() or not storable(name):
        wrong = f"A {what}'s name holds printable characters and no space at its ends."
    elif is_id(name):
        wrong = f"A {what}'s name must not look like an id."
    if wrong:
        refuse("name", wrong)


def check_text(field: str, text: str, limit: int) -> None:
    """Raise Invalid when a text of a dataset is too long or cannot be stored."""
    if len(text) > limit or not storable(text):
        refuse(field, f"The {field.replace('_', ' ')} is longer than {limit} characters or holds a NUL character.")


def check_settings(settings: Mapping[str, Any]) -> None:
    """Raise Invalid when there are more settings than are kept, or when they are no JSON."""
    try:
        size = len(msgspec.json.encode(settings))
    except (TypeError, ValueError, RecursionError):
        size = SETTINGS_LIMIT + 1
    if size > SETTINGS_LIMIT:
        refuse("settings", f"The settings are no JSON, or more than {SETTINGS_LIMIT} bytes of it.")


def refuse(field: str, message: str) -> None:
    """Raise Invalid for one field."""
    raise Invalid(reason=message, fields=[{"path": field, "message": message}])


def shared_with(view: View, actor: Actor, wanted: str | None) -> str | None:
    """Return the id of a project, by id or name, that the actor may share things with. Raises NotFound or Refused."""
    return project_for(view, actor, wanted, "share a dataset with this project")
