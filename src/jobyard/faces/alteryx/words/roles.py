"""Their roles and ours: whoever acts on every job here is a Curator there."""

from __future__ import annotations

from jobyard.access import rules
from jobyard.people.record import Actor, Role


def curator(actor: Actor) -> bool:
    """Tell whether somebody is a Curator: operators and administrators are."""
    return rules.at_least(actor.role, Role.OPERATOR)
