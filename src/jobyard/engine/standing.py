"""Who a user is at this moment: for what is done in their name while they do not ask, and for who changes them."""

from __future__ import annotations

from jobyard.job.errors import NotFound
from jobyard.people.record import Actor, User
from jobyard.store.contract import Transaction, View


def present(view: View, name: str) -> Actor | None:
    """Return a user with the role, the rights and the projects that they have now; None while they may not sign in."""
    user = view.user(name)
    if user is None or user.disabled:
        return None
    places = {one.project: one.role for one in view.memberships(user=name)}
    return Actor(name=name, role=user.role, rights=user.rights, projects=places)


def held(transaction: Transaction, name: str) -> User:
    """Return a user whom nobody else changes until the transaction ends. Raises NotFound."""
    transaction.alone("users")
    user = transaction.user(name)
    if user is None:
        raise NotFound(what="user", name=name)
    return user
