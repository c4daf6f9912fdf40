"""The collections of a house: datasets that share their labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jobyard.client.exchange import Call, segment
from jobyard.client.labelling import CollectionEdit, LabelEdits, NewCollection, Policy
from jobyard.client.shapes import Collection, CollectionPage, Label
from jobyard.client.working import CollectionWork


class Collections(CollectionWork):
    """Make, see and change collections, and work on all of their datasets."""

    def create(
        self, name: str, project: str | None = None, *, description: str = "", labels: Sequence[Label] = ()
    ) -> Collection:
        """Make a collection with its first labels. Raises Conflict for a taken name."""
        body = NewCollection(name=name, project=project, description=description, labels=list(labels))
        return self._exchange.ask(Call(method="POST", path="/collections", body=body, again=False), Collection)

    def get(self, id_: str) -> Collection:
        """Return a collection. Raises NotFound."""
        return self._exchange.ask(Call(path=_at(id_)), Collection)

    def change(self, id_: str, edit: CollectionEdit) -> Collection:
        """Change what is said about a collection and return it. Raises NotFound, Refused, Conflict."""
        return self._exchange.ask(Call(method="PATCH", path=_at(id_), body=edit), Collection)

    def delete(self, id_: str) -> None:
        """Forget a collection with all its datasets; files in folders and buckets stay. Raises NotFound or Refused."""
        self._exchange.tell(Call(method="DELETE", path=_at(id_)))

    def all(self) -> Iterator[Collection]:
        """Give out all collections you may see, newest first."""
        cursor: str | None = None
        while True:
            query = {"limit": 200, "cursor": cursor}
            page = self._exchange.ask(Call(path="/collections", query=query), CollectionPage)
            yield from page.collections
            cursor = page.next
            if cursor is None:
                return

    def labels(self, id_: str) -> list[Label]:
        """Return the labels that all of its datasets share, in their order. Raises NotFound."""
        return self._exchange.ask(Call(path=_at(id_, "labels")), list[Label])

    def change_labels(
        self,
        id_: str,
        *,
        add: Sequence[Label] = (),
        update: Sequence[Label] = (),
        delete: Sequence[int] = (),
        policy: Policy = "keep",
    ) -> list[Label]:
        """Add, change and delete labels (by number) in all of its datasets; return all there are then."""
        body = LabelEdits(add=list(add), update=list(update), delete=list(delete), policy=policy)
        call = Call(method="PATCH", path=_at(id_, "labels"), body=body, again=False)
        return self._exchange.ask(call, list[Label])


def _at(*parts: str) -> str:
    return "/".join(["/collections", *map(segment, parts)])
