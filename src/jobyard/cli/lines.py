"""`jobyard queues`, `jobyard workers` and `jobyard kinds`: what the house is made of."""

from __future__ import annotations

from jobyard.cli import showing
from jobyard.cli.codes import Code
from jobyard.cli.reach import Where, house

_HERE = Where()


def queues(*, where: Where = _HERE) -> int:
    """Show the queues: what waits, what runs, and how many live workers serve them."""
    with house(where, indoors=True) as client:
        found = client.queues()
    if where.json:
        showing.print_json(found)
        return Code.OK
    rows = [
        (one.name, str(one.queued), str(one.running), str(one.workers), "paused" if one.paused else "") for one in found
    ]
    showing.print_table(("QUEUE", "QUEUED ", "RUNNING ", "WORKERS ", ""), rows)
    return Code.OK


def workers(*, where: Where = _HERE) -> int:
    """Show the workers and what they are running."""
    with house(where, indoors=True) as client:
        found = client.workers()
    if where.json:
        showing.print_json(found)
        return Code.OK
    rows = [
        (
            one.name,
            "alive" if one.alive else "gone",
            ", ".join(one.queues),
            f"{len(one.running)} of {one.slots}",
            showing.when(one.seen_at),
        )
        for one in found
    ]
    showing.print_table(("WORKER", "STATE", "QUEUES", "BUSY ", "SEEN"), rows)
    return Code.OK


def kinds(*, where: Where = _HERE) -> int:
    """Show what this house can do."""
    with house(where, indoors=True) as client:
        found = client.kinds()
    if where.json:
        showing.print_json(found)
        return Code.OK
    rows = [(one.name, one.title, one.queue, str(one.tries), one.least_role) for one in found]
    showing.print_table(("KIND", "TITLE", "QUEUE", "TRIES ", "LEAST ROLE"), rows)
    return Code.OK
