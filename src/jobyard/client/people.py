"""Users, keys and projects of a house, each a small set of verbs on the client."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import UNSET

from jobyard.client.exchange import Call, Exchange, segment
from jobyard.client.requests import NewKey, NewPassword, NewProject, NewUser, Place, UserChange
from jobyard.client.shapes import Key, KeyMade, Member, PasswordMade, Project, Right, Role, User, UserMade


class Users:
    """Who may sign in; for administrators."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def all(self) -> list[User]:
        """Return everybody."""
        return self._exchange.ask(Call(path="/users"), list[User])

    def add(self, name: str, role: Role = "member", password: str | None = None) -> UserMade:
        """Create a user; without a password the house makes one, shown this once. Raises Conflict for a taken name."""
        body = NewUser(name=name, role=role, password=password)
        return self._exchange.ask(Call(method="POST", path="/users", body=body, again=False), UserMade)

    def change(
        self, name: str, *, role: Role | None = None, disabled: bool | None = None, password: str | None = None
    ) -> User:
        """Change a user's role, shut them out or let them in, or set their password; their sessions end at once."""
        body = UserChange(
            role=UNSET if role is None else role,
            disabled=UNSET if disabled is None else disabled,
            password=UNSET if password is None else password,
        )
        return self._exchange.ask(Call(method="PATCH", path=f"/users/{segment(name)}", body=body), User)

    def grant(self, name: str, right: Right) -> User:
        """Give a user a right that no role brings along, such as `python`. Raises NotFound for an unknown user."""
        path = f"/users/{segment(name)}/rights/{segment(right)}"
        return self._exchange.ask(Call(method="PUT", path=path), User)

    def revoke(self, name: str, right: Right) -> User:
        """Take a right from a user. Raises NotFound when they have it not."""
        path = f"/users/{segment(name)}/rights/{segment(right)}"
        return self._exchange.ask(Call(method="DELETE", path=path, again=False), User)

    def set_password(self, name: str, password: str | None = None) -> str | None:
        """Set a user's password, your own or for an administrator anybody's; their sessions end at once.

        Without a password the house makes one and this returns it; otherwise None.
        """
        call = Call(method="POST", path=f"/users/{segment(name)}/password", body=NewPassword(password=password))
        return self._exchange.ask(call, PasswordMade).password


class Keys:
    """Your keys, or for an administrator anybody's."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def all(self, user: str | None = None) -> list[Key]:
        """Return the keys, newest first, without their secrets."""
        return self._exchange.ask(Call(path="/keys", query={"user": user}), list[Key])

    def create(
        self,
        label: str = "",
        *,
        form: Literal["token", "pair"] = "token",
        scope: Literal["full", "read", "desk"] = "full",
        user: str | None = None,
        expires_at: datetime | None = None,
    ) -> KeyMade:
        """Make a key; its secret is in the answer, this once. It is never good for more than your own key."""
        body = NewKey(label=label, form=form, scope=scope, user=user, expires_at=expires_at)
        return self._exchange.ask(Call(method="POST", path="/keys", body=body, again=False), KeyMade)

    def revoke(self, id_: str) -> None:
        """Remove a key; whoever comes with it next is turned away. Raises NotFound."""
        self._exchange.tell(Call(method="DELETE", path=f"/keys/{segment(id_)}", again=False))


class Projects:
    """Groups of jobs and datasets that people share."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def all(self) -> list[Project]:
        """Return the projects you belong to, each with its members."""
        return self._exchange.ask(Call(path="/projects"), list[Project])

    def create(self, name: str) -> Project:
        """Make a project; you become its operator. Raises Conflict when the name is taken."""
        return self._exchange.ask(
            Call(method="POST", path="/projects", body=NewProject(name=name), again=False), Project
        )

    def set_member(self, project: str, user: str, role: Role) -> list[Member]:
        """Give a user a place in a project, or another role there; return its members."""
        path = f"/projects/{segment(project)}/members/{segment(user)}"
        return self._exchange.ask(Call(method="PUT", path=path, body=Place(role=role)), list[Member])

    def drop_member(self, project: str, user: str) -> None:
        """Take a user's place in a project away. Raises NotFound when they have none."""
        path = f"/projects/{segment(project)}/members/{segment(user)}"
        self._exchange.tell(Call(method="DELETE", path=path, again=False))
