"""`jobyard webhooks`: being told instead of asking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Code
from jobyard.cli.reach import Where, house

if TYPE_CHECKING:
    from rich.text import Text

    from jobyard.client.shapes import Delivery, Try, Webhook, WebhookMade
    from jobyard.client.webhooks import Wanted

_HERE = Where()
_ONCE = "(shown this once)"
app = App(name="webhooks", help="Have other programs told what happens.", help_format="plaintext")


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Narrowed:
    """What is told. Each of them narrows, and each may be said several times."""

    event: Annotated[list[str] | None, Parameter(negative=())] = None
    """A type of event, such as finished, failed or cancelled."""
    state: Annotated[list[str] | None, Parameter(negative=())] = None
    """A state of the job after the event."""
    kind: Annotated[list[str] | None, Parameter(negative=())] = None
    """What the work is."""
    queue: Annotated[list[str] | None, Parameter(negative=())] = None
    """The line it waits in."""
    owner: Annotated[list[str] | None, Parameter(negative=())] = None
    """Whose job it is."""
    project: Annotated[list[str] | None, Parameter(negative=())] = None
    """Name or id of a project."""

    def wanted(self) -> Wanted:
        """Return what was said."""
        found: Wanted = {}
        if self.event is not None:
            found["events"] = self.event
        if self.state is not None:
            found["states"] = self.state
        if self.kind is not None:
            found["kinds"] = self.kind
        if self.queue is not None:
            found["queues"] = self.queue
        if self.owner is not None:
            found["owners"] = self.owner
        if self.project is not None:
            found["projects"] = self.project
        return found


_EVERYTHING = Narrowed()


@app.command
def create(url: str, /, *, name: str = "", narrowed: Narrowed = _EVERYTHING, where: Where = _HERE) -> int:
    """Have an address told what happens from now on to jobs you may see; print its secret, shown this once.

    Parameters
    ----------
    url
        Where to send to, by http or https.
    name
        What people call it.
    """
    with house(where, indoors=True) as client:
        made = client.webhooks.create(url, name, **narrowed.wanted())
    return _shown_once(made, where)


@app.command(name="list")
def listed(*, where: Where = _HERE) -> int:
    """List your webhooks; administrators see everybody's."""
    with house(where, indoors=True) as client:
        found = client.webhooks.all()
    if where.json:
        showing.print_json(found)
        return Code.OK
    rows = [(one.id, one.name, one.owner, one.url, _state(one), str(one.waiting)) for one in found]
    showing.print_table(("ID", "NAME", "OWNER", "URL", "STATE", "WAITING "), rows)
    return Code.OK


@app.command
def show(webhook: str, /, *, where: Where = _HERE) -> int:
    """Show a webhook, and how its receiver is doing.

    Parameters
    ----------
    webhook
        Its id.
    """
    with house(where, indoors=True) as client:
        found = client.webhooks.get(webhook)
    return _printed(found, where)


@app.command
def change(
    webhook: str,
    /,
    *,
    to: str | None = None,
    name: str | None = None,
    narrowed: Narrowed = _EVERYTHING,
    where: Where = _HERE,
) -> int:
    """Change where a webhook sends to, its name, or what it tells.

    Parameters
    ----------
    webhook
        Its id.
    to
        The new address.
    name
        What people call it.
    """
    with house(where, indoors=True) as client:
        found = client.webhooks.change(webhook, url=to, name=name, **narrowed.wanted())
    return _printed(found, where)


@app.command(name="test")
def ping(webhook: str, /, *, where: Where = _HERE) -> int:
    """Send a ping now and tell how it went: 1 when it did not go well.

    Parameters
    ----------
    webhook
        Its id.
    """
    with house(where, indoors=True) as client:
        tried = client.webhooks.test(webhook)
    if where.json:
        showing.print_json(tried)
    else:
        print(_outcome(tried))
        showing.print_fields([("answer", tried.answer)])
    return Code.ENDED_BADLY if tried.error else Code.OK


@app.command
def deliveries(webhook: str, /, *, limit: int = 20, where: Where = _HERE) -> int:
    """Show what became of each event, the newest first.

    Parameters
    ----------
    webhook
        Its id.
    limit
        How many at most.
    """
    with house(where, indoors=True) as client:
        found = list(client.webhooks.deliveries(webhook, limit))
    if where.json:
        showing.print_json(found)
        return Code.OK
    showing.print_table(("EVENT ", "WHAT", "JOB", "FATE", "TRIES ", "NEXT TRY", "LAST TRY"), _rows(found))
    return Code.OK


@app.command
def redeliver(webhook: str, event: int, /, *, where: Where = _HERE) -> int:
    """Have a delivery made once more, at once and with all its tries.

    Parameters
    ----------
    webhook
        Its id.
    event
        The event's number.
    """
    with house(where, indoors=True) as client:
        delivery = client.webhooks.redeliver(webhook, event)
    if where.json:
        showing.print_json(delivery)
    else:
        print(f"event {event} is on its way")
    return Code.OK


@app.command
def pause(webhook: str, /, *, where: Where = _HERE) -> int:
    """Tell nothing more; what happens meanwhile is told when it goes on.

    Parameters
    ----------
    webhook
        Its id.
    """
    with house(where, indoors=True) as client:
        found = client.webhooks.pause(webhook)
    return _printed(found, where)


@app.command
def resume(webhook: str, /, *, from_now: Annotated[bool, Parameter(negative=())] = False, where: Where = _HERE) -> int:
    """Let a paused webhook go on where it stopped.

    Parameters
    ----------
    webhook
        Its id.
    from_now
        Leave out what happened meanwhile.
    """
    with house(where, indoors=True) as client:
        found = client.webhooks.resume(webhook, from_now=from_now)
    return _printed(found, where)


@app.command
def secret(webhook: str, /, *, where: Where = _HERE) -> int:
    """Make a new secret and print it, shown this once; for a day the one before signs as well.

    Parameters
    ----------
    webhook
        Its id.
    """
    with house(where, indoors=True) as client:
        made = client.webhooks.renew_secret(webhook)
    return _shown_once(made, where)


@app.command
def delete(webhook: str, /, *webhooks: str, where: Where = _HERE) -> int:
    """Remove webhooks with their deliveries; what waits is not told any more.

    Parameters
    ----------
    webhook
        Its id.
    webhooks
        Further webhooks.
    """
    with house(where, indoors=True) as client:
        for id_ in dict.fromkeys([webhook, *webhooks]):
            client.webhooks.delete(id_)
            if where.json:
                showing.print_json({"id": id_, "deleted": True})
            else:
                print(f"webhook {id_} is gone")
    return Code.OK


def _shown_once(made: WebhookMade, where: Where) -> int:
    if where.json:
        showing.print_json(made)
    else:
        showing.print_fields([*_fields(made.webhook), ("secret", f"{made.secret} {_ONCE}")])
    return Code.OK


def _printed(found: Webhook, where: Where) -> int:
    if where.json:
        showing.print_json(found)
    else:
        showing.print_fields(_fields(found))
    return Code.OK


def _fields(found: Webhook) -> list[tuple[str, str | Text]]:
    failing = f"since {showing.when(found.failing_since)}, {found.failures} times" if found.failures else ""
    return [
        ("id", found.id),
        ("name", found.name),
        ("owner", found.owner),
        ("url", found.url),
        ("state", _state(found)),
        ("paused", found.paused_reason),
        ("failing", failing),
        ("waiting", str(found.waiting) if found.waiting else ""),
        ("events", ", ".join(found.events)),
        ("states", ", ".join(found.states)),
        ("kinds", ", ".join(found.kinds)),
        ("queues", ", ".join(found.queues)),
        ("owners", ", ".join(found.owners)),
        ("projects", ", ".join(project.name for project in found.projects)),
        ("created", showing.when(found.created_at)),
    ]


def _state(found: Webhook) -> str:
    if not found.active:
        return "paused"
    return "failing" if found.failures else "active"


def _rows(found: Iterable[Delivery]) -> list[tuple[str, ...]]:
    return [
        (
            str(one.event),
            one.type,
            one.job,
            one.fate.replace("_", " "),
            str(len(one.tries)),
            showing.when(one.next_try_at),
            _outcome(one.tries[-1]) if one.tries else "",
        )
        for one in found
    ]


def _outcome(tried: Try) -> str:
    return tried.error or f"The receiver answered {tried.status} within {showing.duration(tried.seconds)}."
