"""`jobyard keep`, the rest of it: rules of how long jobs are remembered, compacting, and the house's own history."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from cyclopts import Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Code, Trouble
from jobyard.cli.reach import Where, house

if TYPE_CHECKING:
    from jobyard.client.shapes import Rule

_HERE = Where()
Subject = Literal["kind", "project"]


def rules(*, where: Where = _HERE) -> int:
    """Show how long ended jobs and their results are remembered.

    A rule of a job's project wins over one of its kind, and that over the setting `retention`.
    """
    with house(where, indoors=True) as client:
        found = client.rules.all()
    if where.json:
        showing.print_json(found)
        return Code.OK
    rows: list[tuple[str, ...]] = [
        (one.subject, one.project.name if one.project else one.name, _days(one.days), _days(one.results), one.set_by)
        for one in found.rules
    ]
    rows.append(("", "everything else", _days(found.days), "", "the setting retention"))
    showing.print_table(("FOR", "NAME", "JOBS", "RESULTS", "SET BY"), rows)
    return Code.OK


def rule(
    target: str,
    /,
    *,
    days: float | None = None,
    results: float | None = None,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    where: Where = _HERE,
) -> int:
    """Set how long jobs of one kind or one project are remembered, in place of what was set before.

    Parameters
    ----------
    target
        `kind:NAME`, or `project:NAME` with a project's name or id.
    days
        Days that an ended job is remembered; 0 for ever.
    results
        Days that result files of jobs which end from now on live; 0 for ever.
    dry_run
        Set nothing; count what the rule would remove now.
    """
    subject, name = _split(target)
    if dry_run and days is None:
        raise Trouble("say --days to count what would be removed.", Code.USAGE)
    with house(where, indoors=True) as client:
        if dry_run and days is not None:
            counted = client.rules.count(subject, name, days=days)
            sentence = f"{counted.jobs} jobs would be removed, {showing.size(counted.freed)} of results"
            return _printed(counted, sentence, where)
        made = client.rules.set(subject, name, days=days, results=results)
    return _printed(made, _sentence(made), where)


def drop_rule(target: str, /, *, where: Where = _HERE) -> int:
    """Take a rule away.

    Parameters
    ----------
    target
        `kind:NAME` or `project:NAME`.
    """
    subject, name = _split(target)
    with house(where, indoors=True) as client:
        client.rules.drop(subject, name)
    return _printed({"subject": subject, "name": name}, f"{subject} {name}: no rule any more", where)


def compact(*, where: Where = _HERE) -> int:
    """Write the database anew without free room in it. Whoever writes meanwhile waits.

    A database that was made by an old version gives room back by itself only after this.
    """
    with house(where, indoors=True) as client:
        made = client.compact()
    return _printed(made, f"{showing.size(made.before)} before, {showing.size(made.after)} now", where)


def audit(*, limit: int = 50, where: Where = _HERE) -> int:
    """Show what was done to the house and by whom, newest first.

    Parameters
    ----------
    limit
        The most entries to show.
    """
    with house(where, indoors=True) as client:
        found = list(islice(client.audit(), max(0, limit)))
    if where.json:
        showing.print_json(found)
        return Code.OK
    rows = [
        (
            showing.when(one.at),
            one.actor,
            one.verb,
            one.what,
            msgspec.json.encode(one.details).decode() if one.details else "",
        )
        for one in found
    ]
    showing.print_table(("AT", "WHO", "DID", "WHAT", ""), rows)
    return Code.OK


def _printed(value: Any, sentence: str, where: Where) -> int:
    if where.json:
        showing.print_json(value)
    else:
        print(showing.safe(sentence).plain)
    return Code.OK


def _sentence(made: Rule) -> str:
    name = made.project.name if made.project else made.name
    told = [f"jobs {_days(made.days)}"] if made.days is not None else []
    told += [f"results {_days(made.results)}"] if made.results is not None else []
    return f"{made.subject} {name}: {', '.join(told)}"


def _days(days: float | None) -> str:
    if days is None:
        return ""
    return "for ever" if days == 0 else f"{days:g} days"


def _split(target: str) -> tuple[Subject, str]:
    subject, colon, name = target.partition(":")
    if colon and name:
        if subject == "kind":
            return "kind", name
        if subject == "project":
            return "project", name
    raise Trouble(f"{target!r} is neither kind:NAME nor project:NAME.", Code.USAGE)
