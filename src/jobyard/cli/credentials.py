"""`jobyard credentials`: settings for every client family, ready to paste."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from cyclopts import Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Code
from jobyard.cli.reach import Where, house

if TYPE_CHECKING:
    from jobyard.client.shapes import Credentials

_HERE = Where()
_TITLES = (
    ("native", "Jobyard"),
    ("clearml", "ClearML"),
    ("cvat", "CVAT"),
    ("alteryx", "Alteryx Server"),
    ("modelarts", "ModelArts"),
)


def credentials(
    *,
    user: str | None = None,
    new_password: Annotated[bool, Parameter(negative=())] = False,
    where: Where = _HERE,
) -> int:
    """Make fresh keys for every client family and print them as settings. Older keys stay good.

    Parameters
    ----------
    user
        For whom; yourself when it is left out.
    new_password
        Also set a new password, made by the house and shown this once.
    """
    with house(where, indoors=True) as client:
        made = client.credentials(user, new_password=new_password)
    if where.json:
        showing.print_json(made)
    else:
        show(made)
    return Code.OK


def show(made: Credentials) -> None:
    """Print client settings for people; each secret is shown this once."""
    showing.print_fields([("user", made.user.name), ("role", made.user.role), ("password", made.user.password or "")])
    families = msgspec.to_builtins(made)
    for name, title in _TITLES:
        print(f"\n{title}")
        showing.print_fields([(f"  {key}", str(value or "")) for key, value in families[name].items()])
