"""`jobyard endpoints`: where buckets are that may be sources of datasets."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Code
from jobyard.cli.reach import Where, house

if TYPE_CHECKING:
    from jobyard.client.shapes import Endpoint, Trial

_HERE = Where()
app = App(name="endpoints", help="Say which buckets may be sources of datasets.", help_format="plaintext")


@app.command
def add(
    name: str,
    url: str,
    /,
    *,
    allow: Annotated[list[str], Parameter(negative=())],
    access: str = "",
    region: str = "us-east-1",
    host_style: Annotated[bool, Parameter(negative=())] = False,
    where: Where = _HERE,
) -> int:
    """Set an endpoint in place of one of the same name. The secret key is asked for, or read from standard input.

    Parameters
    ----------
    name
        What people call it.
    url
        https:// or http://, a host, and a port where it needs one.
    allow
        A bucket, or a folder in one as BUCKET/FOLDER, that may be a source; may be said several times.
    access
        The access key; without one the buckets are read as by anybody.
    region
        The region that requests are signed for.
    host_style
        Name the bucket in the host, and not in the path.
    """
    secret = _secret() if access else None
    with house(where, indoors=True) as client:
        made = client.endpoints.set(
            name, url, allow, access=access, secret=secret, region=region, host_style=host_style
        )
    if where.json:
        showing.print_json(made)
    else:
        print(showing.safe(f"{made.name} allows {', '.join(made.allowed)}").plain)
    return Code.OK


@app.command(name="list")
def listed(*, where: Where = _HERE) -> int:
    """List the endpoints by name."""
    with house(where, indoors=True) as client:
        found = client.endpoints.all()
    if where.json:
        showing.print_json(found)
        return Code.OK
    columns = ("NAME", "URL", "REGION", "ACCESS KEY", "ALLOWED", "SET BY", "SET AT")
    showing.print_table(columns, [_row(one) for one in found])
    return Code.OK


@app.command(name="test")
def try_out(name: str, /, *, where: Where = _HERE) -> int:
    """Have the house list each place that an endpoint allows: 1 when one of them cannot be listed.

    Parameters
    ----------
    name
        Its name.
    """
    with house(where) as client:
        found = client.endpoints.test(name)
    if where.json:
        showing.print_json(found)
    else:
        showing.print_table(("PLACE", "OUTCOME"), [(one.place, _outcome(one)) for one in found])
    return Code.ENDED_BADLY if any(one.trouble for one in found) else Code.OK


@app.command
def remove(name: str, /, *, where: Where = _HERE) -> int:
    """Forget an endpoint and its secret key; its buckets are no sources any more.

    Parameters
    ----------
    name
        Its name.
    """
    with house(where, indoors=True) as client:
        client.endpoints.drop(name)
    if where.json:
        showing.print_json({"name": name, "removed": True})
    else:
        print(showing.safe(f"{name} is no endpoint any more").plain)
    return Code.OK


def _secret() -> str | None:
    """Return the secret key as it is typed or piped in; None for an empty one, which keeps what is there."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n") or None
    return getpass.getpass("Secret key (empty keeps the one that is there): ") or None


def _row(one: Endpoint) -> tuple[str, ...]:
    return (
        one.name,
        one.url,
        one.region,
        one.access or "none",
        " ".join(one.allowed),
        one.set_by,
        showing.when(one.set_at),
    )


def _outcome(trial: Trial) -> str:
    return trial.trouble or "it can be listed"
