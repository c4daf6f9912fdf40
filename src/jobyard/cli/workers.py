"""`jobyard workers`: who is there and what they run, and sending one to rest."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from msgspec import structs

from jobyard.cli import showing
from jobyard.cli.codes import Code
from jobyard.cli.reach import Where, house

if TYPE_CHECKING:
    from jobyard.client import Jobyard
    from jobyard.client.shapes import Worker

_HERE = Where()
_LOOK_EVERY = 0.5
app = App(name="workers", help="Show the workers, send them to rest, give them work again.", help_format="plaintext")


@app.default
def workers(*, where: Where = _HERE) -> int:
    """Show the workers and what they are running."""
    return listed(where=where)


@app.command(name="list")
def listed(*, where: Where = _HERE) -> int:
    """Show the workers, as `jobyard workers` does."""
    with house(where, indoors=True) as client:
        found = client.workers()
    if where.json:
        showing.print_json(found)
        return Code.OK
    rows = [
        (
            one.name,
            _state(one),
            ", ".join(one.queues),
            f"{len(one.running)} of {one.slots}",
            showing.when(one.seen_at),
        )
        for one in found
    ]
    showing.print_table(("WORKER", "STATE", "QUEUES", "BUSY ", "SEEN"), rows)
    return Code.OK


@app.command
def drain(
    name: str,
    /,
    *,
    wait: Annotated[bool, Parameter(negative=())] = False,
    timeout: float | None = None,
    where: Where = _HERE,
) -> int:
    """Let a worker finish what it holds and give it nothing more, until it is resumed or started anew.

    Parameters
    ----------
    name
        The worker.
    wait
        Wait until it holds nothing.
    timeout
        Seconds to wait at most; 5 is the exit code when it still holds something then.
    """
    with house(where, indoors=True) as client:
        worker = client.drain_worker(name)
        if wait:
            worker = _rested(client, worker, timeout)
    _told(worker, where)
    return Code.NOT_FINISHED if wait and worker.running else Code.OK


@app.command
def resume(name: str, /, *, where: Where = _HERE) -> int:
    """Give work to a draining worker again.

    Parameters
    ----------
    name
        The worker.
    """
    with house(where, indoors=True) as client:
        _told(client.resume_worker(name), where)
    return Code.OK


def _rested(client: Jobyard, worker: Worker, timeout: float | None) -> Worker:
    """Return the worker as it is when it holds nothing, has left, or the time is over."""
    until = None if timeout is None else time.monotonic() + timeout
    # A claim that was under way when it was told to drain shows a moment later.
    looked = False
    while (worker.running or not looked) and (until is None or time.monotonic() < until):
        time.sleep(_LOOK_EVERY)
        looked = True
        there = [one for one in client.workers() if one.name == worker.name]
        if not there:
            return structs.replace(worker, alive=False, running=[])
        worker = there[0]
    return worker


def _told(worker: Worker, where: Where) -> None:
    if where.json:
        showing.print_json(worker)
    else:
        print(showing.safe(f"{worker.name}: {_state(worker)}, holds {len(worker.running)} jobs").plain)


def _state(worker: Worker) -> str:
    if not worker.alive:
        return "gone"
    return "draining" if worker.draining else "alive"
