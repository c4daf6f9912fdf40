"""Which workflows collections share with whom: what the library asks before it turns somebody away."""

from __future__ import annotations

from jobyard.job.clock import Clock
from jobyard.people.record import Actor, KeyScope
from jobyard.store.contract import View
from jobyard.workflows.sharing import giving
from jobyard.workflows.sharing.record import Form


class Collected:
    """Lends what lies in somebody's collections."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def lends(self, view: View, actor: Actor, workflow: str) -> bool:
        """Tell whether a collection shares a workflow with somebody."""
        if actor.scope is KeyScope.DESK:
            return False
        return giving.is_shared(view, Form.WORKFLOW, workflow, actor.name, self._clock.now())

    def lent(self, view: View, actor: Actor) -> list[str]:
        """Return the ids of all workflows that collections share with somebody."""
        if actor.scope is KeyScope.DESK:
            return []
        return giving.shared(view, Form.WORKFLOW, actor.name, self._clock.now())
