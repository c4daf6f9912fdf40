"""The limits of a house: what one owner, queue or kind may hold."""

from __future__ import annotations

from jobyard.client.exchange import Call, Exchange, segment
from jobyard.client.requests import NewLimit
from jobyard.client.shapes import Limit, LimitUse, Subject


class Limits:
    """See, set and drop limits. The name `*` means each one that has no limit of its own."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def all(self) -> list[Limit]:
        """Return all limits, by subject and name."""
        return self._exchange.ask(Call(path="/limits"), list[Limit])

    def mine(self) -> list[LimitUse]:
        """Return what bounds you, with how much of it is used."""
        return self._exchange.ask(Call(path="/limits/mine"), list[LimitUse])

    def set(
        self,
        subject: Subject,
        name: str,
        *,
        queued: int | None = None,
        running: int | None = None,
        stored: int | None = None,
    ) -> Limit:
        """Set a limit in place of what was set before; what is not said is not limited. For operators.

        Raises Invalid where nothing is said, or what is stored for anything but an owner.
        """
        body = NewLimit(queued=queued, running=running, stored=stored)
        return self._exchange.ask(Call(method="PUT", path=_path(subject, name), body=body), Limit)

    def drop(self, subject: Subject, name: str) -> None:
        """Take a limit away. For operators. Raises NotFound where there is none."""
        self._exchange.tell(Call(method="DELETE", path=_path(subject, name), again=False))


def _path(subject: str, name: str) -> str:
    return f"/limits/{segment(subject)}/{segment(name)}"
