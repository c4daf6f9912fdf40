"""`jobyard credentials`: settings for every client family, ready to paste."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from string import Formatter
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
    ("native", "Jobyard", {"JOBYARD_URL": "{url}", "JOBYARD_TOKEN": "{token}"}),
    (
        "clearml",
        "ClearML",
        {
            "CLEARML_API_HOST": "{api_server}",
            "CLEARML_WEB_HOST": "{web_server}",
            "CLEARML_FILES_HOST": "{files_server}",
            "CLEARML_API_ACCESS_KEY": "{access_key}",
            "CLEARML_API_SECRET_KEY": "{secret_key}",
        },
    ),
    ("cvat", "CVAT", {"CVAT_ACCESS_TOKEN": "{access_token}"}),
    (
        "alteryx",
        "Alteryx Server",
        {
            "ALTERYX_BASE_URL": "{base_url}",
            "ALTERYX_API_HOST": "{base_url}",
            "ALTERYX_CLIENT_ID": "{client_id}",
            "ALTERYX_CLIENT_SECRET": "{client_secret}",
        },
    ),
    (
        "modelarts",
        "ModelArts",
        {
            "OS_AUTH_TYPE": "admin_token",
            "OS_ENDPOINT": "{endpoint}/v2/{project_id}",
            "OS_TOKEN": "{token}",
            "HUAWEICLOUD_SDK_AK": "{access_key}",
            "HUAWEICLOUD_SDK_SK": "{secret_key}",
            "HUAWEICLOUD_SDK_PROJECT_ID": "{project_id}",
        },
    ),
)
"""Each family's name, its title, and the variables its own clients read, with what stands in them."""


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
        for line in exports(family, told[family]):
            print(line)
        shown = "".join(variables.values())
        rest = {name: value for name, value in told[family].items() if value and f"{{{name}}}" not in shown}
        if rest:
            showing.print_fields([(f"  {name}", str(value)) for name, value in rest.items()])


def exports(family: str, known: Mapping[str, str]) -> list[str]:
    """Return the lines to paste for a family's clients, those alone for which everything is known."""
    variables = next(one for name, _, one in _FAMILIES if name == family)
    lines = list[str]()
    for variable, template in variables.items():
        names = [name for _, name, _, _ in Formatter().parse(template) if name]
        if known.keys() >= set(names):
            lines.append(visible(f"  export {variable}={shlex.quote(template.format_map(known))}"))
    return lines
