"""Where a command finds its house: an address, the server running on a data folder, or the folder itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from jobyard import settings
from jobyard.cli.codes import Code, Trouble

if TYPE_CHECKING:
    from jobyard.client import Jobyard

QUICK = 3.0
"""Seconds a command bears a lost connection before it says so."""
_SIGN = "master.key"
"""What every data folder has from its first start on; without it nothing is opened, so nothing is made by mistake."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Where:
    """The house a command talks to."""

    url: str | None = None
    """Address of a running server (or JOBYARD_URL)."""
    token: str | None = None
    """What to sign in with there (better: JOBYARD_TOKEN, which nobody sees in the list of processes)."""
    data: str | None = None
    """Data folder of a house on this machine; its running server is found by itself."""
    json: Annotated[bool, Parameter(negative=())] = False
    """Print JSON and nothing else on standard output."""


@contextmanager
def house(where: Where, *, indoors: bool = False, patience: float = QUICK) -> Iterator[Jobyard]:
    """Give a client of the house. With `indoors`, a data folder without a running server is opened by this process.

    An address wins over a folder, a flag over the environment. Raises Trouble when there is no house to be found.
    """
    from jobyard.client import Jobyard

    url, token = _outside(where)
    if url:
        with _checked(url, token, patience) as client:
            yield client
        return
    folder = data_folder(where)
    from jobyard.cli.doorplate import Doorplate

    plate = Doorplate.read(folder)
    if plate is not None and plate.answers():
        with Jobyard(plate.url, plate.token, patience=patience) as client:
            yield client
        return
    if not indoors:
        raise Trouble(
            f"no server runs on {folder}; start one with `jobyard up --data {folder}`, or say where one is with --url.",
            Code.UNREACHABLE,
        )
    if not (folder / _SIGN).is_file():
        raise Trouble(f"{folder} is no house; say --data, or --url for a running server.", Code.REFUSED)
    from jobyard.cli.indoors import opened

    with opened(load(where)) as client:
        yield client


def data_folder(where: Where) -> Path:
    """Return the data folder a command means, as an absolute path."""
    return load(where).folder


def load(where: Where) -> settings.Settings:
    """Return the settings with the command's data folder. Raises Trouble when one of them is wrong."""
    try:
        return settings.load({"data": where.data})
    except ValueError as error:
        raise Trouble(f"{error}.", Code.USAGE) from None


def _outside(where: Where) -> tuple[str, str]:
    if where.url is None and where.data is not None:
        return "", ""
    said = settings.reach()
    url = where.url or said.url
    return (url, where.token or said.token) if url else ("", "")


def _checked(url: str, token: str, patience: float) -> Jobyard:
    from jobyard.client import Jobyard

    if not token:
        raise Trouble(f"a token for {url} is missing; set JOBYARD_TOKEN or say --token.", Code.USAGE)
    try:
        return Jobyard(url, token, patience=patience)
    except ValueError as error:
        raise Trouble(f"{error}.", Code.USAGE) from None
