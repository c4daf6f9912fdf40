"""`jobyard users`: who may sign in."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter
from msgspec.structs import replace

from jobyard.cli import credentials, showing
from jobyard.cli.codes import Code, Trouble
from jobyard.cli.reach import Where, house

if TYPE_CHECKING:
    from jobyard.client.shapes import Credentials, User

_HERE = Where()
Role = Literal["viewer", "member", "operator", "administrator"]
Right = Literal["python"]
app = App(name="users", help="Say who may sign in.", help_format="plaintext")


@app.command
def add(name: str, /, *, role: Role = "member", where: Where = _HERE) -> int:
    """Create a user and print their password and client settings, shown this once.

    Parameters
    ----------
    name
        The login name: a-z, 0-9, dot, dash, underscore.
    role
        viewer, member, operator or administrator.
    """
    with house(where, indoors=True) as client:
        made = client.users.add(name, role)
        settings = _with_password(client.credentials(name), made.password)
    if where.json:
        showing.print_json(settings)
    else:
        credentials.show(settings)
    return Code.OK


@app.command(name="list")
def listed(*, where: Where = _HERE) -> int:
    """List the users."""
    with house(where, indoors=True) as client:
        found = client.users.all()
    if where.json:
        showing.print_json(found)
        return Code.OK
    rows = [
        (one.name, one.role, ", ".join(one.rights), "shut out" if one.disabled else "", showing.when(one.created_at))
        for one in found
    ]
    showing.print_table(("NAME", "ROLE", "RIGHTS", "", "CREATED"), rows)
    return Code.OK


@app.command
def change(
    name: str,
    /,
    *,
    role: Role | None = None,
    disable: Annotated[bool | None, Parameter(name="--disable", negative="--enable")] = None,
    where: Where = _HERE,
) -> int:
    """Change a user's role, shut them out, or let them in again. Their sessions end at once.

    Parameters
    ----------
    name
        The login name.
    role
        viewer, member, operator or administrator.
    disable
        Shut them out, or with --enable let them in again.
    """
    if role is None and disable is None:
        raise Trouble("what shall change? Say --role, --disable or --enable.", Code.USAGE)
    with house(where, indoors=True) as client:
        changed = client.users.change(name, role=role, disabled=disable)
    if where.json:
        showing.print_json(changed)
    else:
        print(f"{name} is {changed.role}{' and shut out' if changed.disabled else ''}")
    return Code.OK


@app.command
def password(name: str, /, *, ask: Annotated[bool, Parameter(negative=())] = False, where: Where = _HERE) -> int:
    """Set a user's password: one the house makes and shows this once, or one of your own. Their sessions end at once.

    Parameters
    ----------
    name
        The login name.
    ask
        Read the password from the terminal, or from standard input when that is none.
    """
    own = _asked() if ask else None
    with house(where, indoors=True) as client:
        made = client.users.set_password(name, own)
    if where.json:
        showing.print_json({"user": name, "password": made})
    else:
        print(f"password of {name}: {made}" if made else f"password of {name} is set")
    return Code.OK


@app.command
def grant(name: str, right: Right, /, *, where: Where = _HERE) -> int:
    """Give a user a right that no role brings along.

    Parameters
    ----------
    name
        The login name.
    right
        python: run workflows in plain Python, which is code of their own with the rights of the worker's account.
    """
    with house(where, indoors=True) as client:
        changed = client.users.grant(name, right)
    return _told_rights(changed, where)


@app.command
def revoke(name: str, right: Right, /, *, where: Where = _HERE) -> int:
    """Take a right from a user.

    Parameters
    ----------
    name
        The login name.
    right
        python.
    """
    with house(where, indoors=True) as client:
        changed = client.users.revoke(name, right)
    return _told_rights(changed, where)


def _told_rights(user: User, where: Where) -> int:
    if where.json:
        showing.print_json(user)
    else:
        print(f"{user.name}: {', '.join(user.rights) or 'nothing'} beyond the role")
    return Code.OK


def _asked() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("New password: ")
    if getpass.getpass("Once more: ") != first:
        raise Trouble("the two passwords differ; nothing was changed.", Code.USAGE)
    return first


def _with_password(made: Credentials, password: str | None) -> Credentials:
    return replace(made, user=replace(made.user, password=password), cvat=replace(made.cvat, password=password))
