"""Collections of workflows and schedules, which people share with each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from jobyard.client.exchange import Call, Exchange, segment
from jobyard.client.shapes.gathering import Gathering, GatheringPage

_PAGE = 200


class NewGathering(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A new collection of one's own."""

    name: str


class GatheringEdit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What shall be different about a collection."""

    name: str | UnsetType = UNSET
    owner: str | UnsetType = UNSET


class NewPlace(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody may do with a collection, and until when."""

    permissions: list[str] = []
    expires_at: datetime | None = None


class Gatherings:
    """Make collections of workflows, fill them, and share them with people."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def create(self, name: str) -> Gathering:
        """Make a collection of your own. Raises Refused."""
        call = Call(method="POST", path="/workflow-collections", body=NewGathering(name=name), again=False)
        return self._exchange.ask(call, Gathering)

    def all(self) -> Iterator[Gathering]:
        """Give out all collections you may see, oldest first."""
        cursor: str | None = None
        while True:
            query = {"limit": _PAGE, "cursor": cursor}
            page = self._exchange.ask(Call(path="/workflow-collections", query=query), GatheringPage)
            yield from page.collections
            cursor = page.next
            if cursor is None:
                return

    def get(self, id_: str) -> Gathering:
        """Return a collection. Raises NotFound."""
        return self._exchange.ask(Call(path=_at(id_)), Gathering)

    def change(self, id_: str, edit: GatheringEdit) -> Gathering:
        """Give a collection another name or owner. Raises NotFound or Refused."""
        return self._exchange.ask(Call(method="PATCH", path=_at(id_), body=edit), Gathering)

    def delete(self, id_: str) -> None:
        """Remove a collection; what lies in it stays. Raises NotFound or Refused."""
        self._exchange.tell(Call(method="DELETE", path=_at(id_)))

    def add_workflow(self, id_: str, workflow: str) -> Gathering:
        """Put in a workflow that you may change: members see and run it. Raises NotFound or Refused."""
        return self._exchange.ask(Call(method="PUT", path=_at(id_, "workflows", workflow)), Gathering)

    def drop_workflow(self, id_: str, workflow: str) -> None:
        """Take a workflow out. Raises NotFound or Refused."""
        self._exchange.tell(Call(method="DELETE", path=_at(id_, "workflows", workflow)))

    def add_schedule(self, id_: str, schedule: str) -> Gathering:
        """Put in a schedule that you may change. Raises NotFound or Refused."""
        return self._exchange.ask(Call(method="PUT", path=_at(id_, "schedules", schedule)), Gathering)

    def drop_schedule(self, id_: str, schedule: str) -> None:
        """Take a schedule out. Raises NotFound or Refused."""
        self._exchange.tell(Call(method="DELETE", path=_at(id_, "schedules", schedule)))

    def share(
        self, id_: str, user: str, permissions: Sequence[str] = (), *, expires_at: datetime | None = None
    ) -> Gathering:
        """Give a user a place, or other permissions in the one they have. Raises NotFound or Refused."""
        body = NewPlace(permissions=list(permissions), expires_at=expires_at)
        return self._exchange.ask(Call(method="PUT", path=_at(id_, "users", user), body=body), Gathering)

    def share_with_group(
        self, id_: str, group: str, permissions: Sequence[str] = (), *, expires_at: datetime | None = None
    ) -> Gathering:
        """Give all people of a group a place, or other permissions in the one they have. Raises NotFound or Refused."""
        body = NewPlace(permissions=list(permissions), expires_at=expires_at)
        return self._exchange.ask(Call(method="PUT", path=_at(id_, "groups", group), body=body), Gathering)

    def unshare_with_group(self, id_: str, group: str) -> None:
        """Take a group's place away. Raises NotFound or Refused."""
        self._exchange.tell(Call(method="DELETE", path=_at(id_, "groups", group)))

    def unshare(self, id_: str, user: str) -> None:
        """Take a user's place away; anybody may leave. Raises NotFound or Refused."""
        self._exchange.tell(Call(method="DELETE", path=_at(id_, "users", user)))


def _at(*parts: str) -> str:
    return "/".join(["/workflow-collections", *map(segment, parts)])
