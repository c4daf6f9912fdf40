"""Tasks and models that are public: whoever is in the house sees them, and nobody changes them until they are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jobyard.access import rules
from jobyard.access.rules import Owned, Verb
from jobyard.experiments import rows
from jobyard.experiments.ground import Ground, seen
from jobyard.experiments.library import model_seen
from jobyard.experiments.refusals import ModelNotFound
from jobyard.job.errors import Fault, JobNotFound, Refused
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View

Find = Callable[[View, Actor, str], Owned]


class Opening:
    """Makes things public, and private again: all that are named, or none. For who may mark them."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def tasks(self, actor: Actor, ids: Sequence[str], *, public: bool) -> int:
        """Do so with tasks; return how many. Raises JobNotFound where one is so already, or Refused."""

        def found(view: View, who: Actor, id_: str) -> Owned:
            return seen(view, who, id_).job

        return await self._turned(actor, ids, found, lambda id_: JobNotFound(id=id_), public=public)

    async def models(self, actor: Actor, ids: Sequence[str], *, public: bool) -> int:
        """Do so with models; return how many. Raises ModelNotFound where one is so already, or Refused."""
        return await self._turned(actor, ids, model_seen, lambda id_: ModelNotFound(name=id_), public=public)

    async def _turned(
        self, actor: Actor, ids: Sequence[str], find: Find, missing: Callable[[str], Fault], *, public: bool
    ) -> int:
        wanted = list(dict.fromkeys(ids))

        def work(transaction: Transaction) -> int:
            for id_ in wanted:
                if not rules.may(actor, Verb.MARK, find(transaction, actor, id_)):
                    raise Refused(verb="make this public or private")
                if rows.is_public(transaction, id_) is public:
                    raise missing(id_)
                transaction.run(rows.QUERIES["put_public" if public else "drop_public"], {"id": id_})
            return len(wanted)

        return await self._ground.write(work)
