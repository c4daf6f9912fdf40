"""Groups of people, who are named together where something is shared."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from jobyard.client.exchange import Call, Exchange, segment
from jobyard.client.shapes.gathering import Group, GroupLine, GroupPage

_PAGE = 200


class NewGroup(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A group of people, or its new name."""

    name: str


class Groups:
    """Make groups, and put people into them."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def create(self, name: str) -> Group:
        """Make a group without anybody in it. Raises Refused, or NameTaken."""
        return self._exchange.ask(Call(method="POST", path="/groups", body=NewGroup(name=name), again=False), Group)

    def all(self) -> Iterator[GroupLine]:
        """Give out all groups, by name."""
        cursor: str | None = None
        while True:
            page = self._exchange.ask(Call(path="/groups", query={"limit": _PAGE, "cursor": cursor}), GroupPage)
            yield from page.groups
            cursor = page.next
            if cursor is None:
                return

    def get(self, id_: str) -> Group:
        """Return a group with its people. Raises NotFound."""
        return self._exchange.ask(Call(path=_at(id_)), Group)

    def rename(self, id_: str, name: str) -> Group:
        """Give a group another name. Raises NotFound, Refused, or NameTaken."""
        return self._exchange.ask(Call(method="PATCH", path=_at(id_), body=NewGroup(name=name)), Group)

    def delete(self, id_: str, *, force: bool = False) -> None:
        """Remove a group with every place that it has. Raises NotFound, Refused, or Conflict for one with people."""
        self._exchange.tell(Call(method="DELETE", path=_at(id_), query={"force": force}))

    def add(self, id_: str, user: str) -> Group:
        """Put a user into a group, where they may be already. Raises NotFound or Refused."""
        return self._exchange.ask(Call(method="PUT", path=_at(id_, "users", user)), Group)

    def drop(self, id_: str, user: str) -> None:
        """Take a user out of a group. Raises NotFound or Refused."""
        self._exchange.tell(Call(method="DELETE", path=_at(id_, "users", user)))


def _at(*parts: str) -> str:
    return "/".join(["/groups", *map(segment, parts)])
