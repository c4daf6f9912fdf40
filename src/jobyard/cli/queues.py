"""`jobyard queues`: what waits and runs in each, and letting one rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cyclopts import App

from jobyard.cli import showing
from jobyard.cli.codes import Code
from jobyard.cli.reach import Where, house

if TYPE_CHECKING:
    from jobyard.client.shapes import Queue

_HERE = Where()
app = App(name="queues", help="Show the queues, pause them, let them go on.", help_format="plaintext")


@app.default
def queues(*, where: Where = _HERE) -> int:
    """Show the queues: what waits, what runs, how many live workers serve them, and how fast they go."""
    return listed(where=where)


@app.command(name="list")
def listed(*, where: Where = _HERE) -> int:
    """Show the queues, as `jobyard queues` does."""
    with house(where, indoors=True) as client:
        found = client.queues()
    if where.json:
        showing.print_json(found)
        return Code.OK
    rows = [
        (
            one.name,
            str(one.queued),
            str(one.running),
            str(one.workers),
            showing.when(one.oldest_queued_at),
            str(one.ended_last_5_minutes),
            str(one.ended_last_hour),
            _rest(one),
        )
        for one in found
    ]
    columns = ("QUEUE", "QUEUED ", "RUNNING ", "WORKERS ", "WAITING SINCE", "ENDED IN 5 MIN ", "IN 1 H ", "")
    showing.print_table(columns, rows)
    return Code.OK


@app.command
def pause(name: str, /, *, where: Where = _HERE) -> int:
    """Give out nothing more of a queue; what runs runs on, and jobs may still be put in line.

    Parameters
    ----------
    name
        The queue.
    """
    with house(where, indoors=True) as client:
        return _told(client.pause_queue(name), where)


@app.command
def resume(name: str, /, *, where: Where = _HERE) -> int:
    """Give out a paused queue's jobs again.

    Parameters
    ----------
    name
        The queue.
    """
    with house(where, indoors=True) as client:
        return _told(client.resume_queue(name), where)


def _told(queue: Queue, where: Where) -> int:
    if where.json:
        showing.print_json(queue)
    else:
        print(showing.safe(f"{queue.name}: {_rest(queue) or 'goes on'}, {queue.queued} queued").plain)
    return Code.OK


def _rest(queue: Queue) -> str:
    if not queue.paused:
        return ""
    since = f" since {showing.when(queue.paused_at)}" if queue.paused_at is not None else ""
    return f"paused by {queue.paused_by}{since}" if queue.paused_by else f"paused{since}"
