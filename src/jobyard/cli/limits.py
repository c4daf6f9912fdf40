"""`jobyard limits`: how much each owner, queue or kind may hold, and how much of it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cyclopts import App

from jobyard.cli import showing
from jobyard.cli.codes import Code, Trouble
from jobyard.cli.reach import Where, house

if TYPE_CHECKING:
    from jobyard.client.shapes import Limit, Used

_HERE = Where()
_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
app = App(name="limits", help="Say how much owners, queues and kinds may hold.", help_format="plaintext")


@app.command(name="list")
def listed(*, where: Where = _HERE) -> int:
    """List the limits that are set."""
    with house(where, indoors=True) as client:
        found = client.limits.all()
    if where.json:
        showing.print_json(found)
        return Code.OK
    columns = ("SUBJECT", "NAME", "QUEUED ", "RUNNING ", "STORED ", "SET BY", "SET AT")
    showing.print_table(columns, [(*_row(limit), limit.set_by, showing.when(limit.set_at)) for limit in found])
    return Code.OK


@app.command(name="set")
def put(
    subject: Literal["owner", "queue", "kind"],
    name: str,
    /,
    *,
    queued: int | None = None,
    running: int | None = None,
    stored: str | None = None,
    where: Where = _HERE,
) -> int:
    """Set a limit in place of what was set before; what is not said is not limited.

    Parameters
    ----------
    subject
        Whose limit it is.
    name
        The owner's, queue's or kind's name, or * for each that has no limit of its own.
    queued
        Jobs that may wait in line.
    running
        Jobs that workers may run side by side.
    stored
        Bytes of an owner's result files, such as 500M or 20G.
    """
    room = None if stored is None else size_in(stored)
    with house(where, indoors=True) as client:
        limit = client.limits.set(subject, name, queued=queued, running=running, stored=room)
    if where.json:
        showing.print_json(limit)
    else:
        print(showing.safe(_told(limit)).plain)
    return Code.OK


@app.command
def drop(subject: Literal["owner", "queue", "kind"], name: str, /, *, where: Where = _HERE) -> int:
    """Take a limit away.

    Parameters
    ----------
    subject
        Whose limit it is.
    name
        The owner's, queue's or kind's name, or *.
    """
    with house(where, indoors=True) as client:
        client.limits.drop(subject, name)
    if where.json:
        showing.print_json({"subject": subject, "name": name, "dropped": True})
    else:
        print(showing.safe(f"{subject} {name} has no limit of its own any more").plain)
    return Code.OK


@app.command
def mine(*, where: Where = _HERE) -> int:
    """Show what bounds you, and how much of it is used."""
    with house(where, indoors=True) as client:
        found = client.limits.mine()
    if where.json:
        showing.print_json(found)
        return Code.OK
    rows = [
        (use.subject, use.name, _used(use.queued), _used(use.running), _used(use.stored, bytes_=True)) for use in found
    ]
    showing.print_table(("SUBJECT", "NAME", "QUEUED ", "RUNNING ", "STORED "), rows)
    return Code.OK


def size_in(text: str) -> int:
    """Return a size such as 1000, 500M or 20GiB in bytes. Raises Trouble for what is none."""
    number = text.strip().upper().removesuffix("IB").removesuffix("B")
    unit = number[-1:] if number[-1:].isalpha() else ""
    digits = number.removesuffix(unit).strip()
    if unit not in _UNITS or not digits.isascii() or not digits.isdecimal():
        raise Trouble(f"{text!r} is no size; say bytes, or such as 500M or 20G.", Code.USAGE)
    return int(digits) * _UNITS[unit]


def _row(limit: Limit) -> tuple[str, str, str, str, str]:
    stored = "" if limit.stored is None else showing.size(limit.stored)
    return limit.subject, limit.name, _number(limit.queued), _number(limit.running), stored


def _told(limit: Limit) -> str:
    _, _, queued, running, stored = _row(limit)
    parts = [(queued, "queued"), (running, "running"), (stored, "stored")]
    return f"{limit.subject} {limit.name}: at most " + ", ".join(f"{said} {what}" for said, what in parts if said)


def _number(count: int | None) -> str:
    return "" if count is None else str(count)


def _used(used: Used | None, *, bytes_: bool = False) -> str:
    if used is None:
        return ""
    told = showing.size if bytes_ else str
    return f"{told(used.used)} of {told(used.limit)}"
