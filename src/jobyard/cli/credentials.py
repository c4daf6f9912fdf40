"""`jobyard credentials`: settings for every client family, ready to paste."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import msgspec
from cyclopts import Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Code
from jobyard.cli.escape import visible
from jobyard.cli.reach import Where, house

if TYPE_CHECKING:
    from jobyard.client.shapes import Credentials

_HERE = Where()
_FAMILIES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("native", "Jobyard", {"url": "JOBYARD_URL", "token": "JOBYARD_TOKEN"}),
    (
        "clearml",
        "ClearML",
        {
            "api_server": "CLEARML_API_HOST",
            "web_server": "CLEARML_WEB_HOST",
            "files_server": "CLEARML_FILES_HOST",
            "access_key": "CLEARML_API_ACCESS_KEY",
            "secret_key": "CLEARML_API_SECRET_KEY",
        },
    ),
    ("cvat", "CVAT", {"access_token": "CVAT_ACCESS_TOKEN"}),
    ("alteryx", "Alteryx Server", {}),
    (
        "modelarts",
        "ModelArts",
        {
            "access_key": "HUAWEICLOUD_SDK_AK",
            "secret_key": "HUAWEICLOUD_SDK_SK",
            "project_id": "HUAWEICLOUD_SDK_PROJECT_ID",
        },
    ),
)
"""Each family's name, its title, and the variables its own clients read."""


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
    """Print client settings for people: what goes into the environment ready to paste, the rest by name."""
    showing.print_fields([("user", made.user.name), ("role", made.user.role), ("password", made.user.password or "")])
    told = msgspec.to_builtins(made)
    for family, title, variables in _FAMILIES:
        print(f"\n{title}")
        for field, variable in variables.items():
            print(visible(f"  export {variable}={shlex.quote(told[family][field])}"))
        rest = {name: value for name, value in told[family].items() if value and name not in variables}
        if rest:
            showing.print_fields([(f"  {name}", str(value)) for name, value in rest.items()])
