"""Looking after a house: rules of keeping, and its own history. For administrators."""

from __future__ import annotations

from collections.abc import Iterator

from jobyard.client.exchange import Call, Exchange, segment
from jobyard.client.requests import NewRule
from jobyard.client.shapes import AuditEntry, AuditPage, Pruned, Retention, Rule, RuleSubject

_PAGE = 500


class Rules:
    """See, set and drop rules of how long ended jobs and their results are remembered.

    A rule of a job's project wins over one of its kind, and that over the setting.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def all(self) -> Retention:
        """Return the rules, and the settings behind them."""
        return self._exchange.ask(Call(path="/retention"), Retention)

    def set(self, subject: RuleSubject, name: str, *, days: float | None = None, results: float | None = None) -> Rule:
        """Set the rule of a kind, or of a project by id or name; 0 days mean for ever.

        Raises Invalid where neither is said, NotFound for an unknown project.
        """
        body = NewRule(days=days, results=results)
        return self._exchange.ask(Call(method="PUT", path=_path(subject, name), body=body), Rule)

    def count(self, subject: RuleSubject, name: str, *, days: float) -> Pruned:
        """Count what such a rule would remove now; nothing is changed."""
        call = Call(method="POST", path=f"{_path(subject, name)}/count", body=NewRule(days=days), within=3600.0)
        return self._exchange.ask(call, Pruned)

    def drop(self, subject: RuleSubject, name: str) -> None:
        """Take a rule away. Raises NotFound where there is none."""
        self._exchange.tell(Call(method="DELETE", path=_path(subject, name), again=False))


def audit(exchange: Exchange) -> Iterator[AuditEntry]:
    """Give out what was done to the house, newest first, page by page."""
    cursor: str | None = None
    while True:
        page = exchange.ask(Call(path="/audit", query={"limit": _PAGE, "cursor": cursor}), AuditPage)
        yield from page.entries
        cursor = page.next
        if cursor is None:
            return


def _path(subject: str, name: str) -> str:
    return f"/retention/{segment(subject)}/{segment(name)}"
