"""`jobyard keys`: what programs sign in with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from cyclopts import App

from jobyard.cli import showing
from jobyard.cli.codes import Code, Trouble
from jobyard.cli.reach import Where, house
from jobyard.job.clock import SECOND, SystemClock

_HERE = Where()
app = App(name="keys", help="Make, see and revoke keys.", help_format="plaintext")


@app.command
def create(
    *,
    label: str = "",
    form: Literal["token", "pair"] = "token",
    scope: Literal["full", "read", "desk"] = "full",
    user: str | None = None,
    days: float | None = None,
    where: Where = _HERE,
) -> int:
    """Make a key and print its secret, shown this once.

    Parameters
    ----------
    label
        What people call it, such as the machine it is for.
    form
        token (one secret) or pair (an access key with a secret key).
    scope
        full, read (only seeing) or desk (only for workers).
    user
        For whom; yourself when it is left out.
    days
        Days after which it is void; never when left out.
    """
    expires = None
    if days is not None:
        try:
            expires = datetime.fromtimestamp(SystemClock().now() / SECOND, UTC) + timedelta(days=days)
        except (OverflowError, ValueError):
            raise Trouble(f"{days:g} days are too many.", Code.USAGE) from None
    with house(where, indoors=True) as client:
        made = client.keys.create(label, form=form, scope=scope, user=user, expires_at=expires)
    if where.json:
        showing.print_json(made)
    else:
        showing.print_fields(
            [("id", made.key.id), ("access key", made.key.access or ""), ("secret", f"{made.secret} (shown this once)")]
        )
    return Code.OK


@app.command(name="list")
def listed(*, user: str | None = None, where: Where = _HERE) -> int:
    """List keys, newest first, without their secrets.

    Parameters
    ----------
    user
        Whose; your own when it is left out.
    """
    with house(where, indoors=True) as client:
        found = client.keys.all(user)
    if where.json:
        showing.print_json(found)
        return Code.OK
    rows = [
        (
            one.id,
            one.form,
            one.scope,
            one.label,
            showing.when(one.created_at),
            showing.when(one.expires_at),
            showing.when(one.used_at) or "never",
        )
        for one in found
    ]
    showing.print_table(("ID", "FORM", "SCOPE", "LABEL", "CREATED", "EXPIRES", "USED"), rows)
    return Code.OK


@app.command
def revoke(key: str, /, *keys: str, where: Where = _HERE) -> int:
    """Make keys void at once.

    Parameters
    ----------
    key
        Its id.
    keys
        Further keys.
    """
    with house(where, indoors=True) as client:
        for id_ in dict.fromkeys([key, *keys]):
            client.keys.revoke(id_)
            if where.json:
                showing.print_json({"id": id_, "revoked": True})
            else:
                print(f"key {id_} is void")
    return Code.OK
