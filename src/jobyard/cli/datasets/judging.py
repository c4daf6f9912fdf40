"""`jobyard datasets quality`, `consensus`, `report` and `formats`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from cyclopts import Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Code, Trouble
from jobyard.cli.datasets.ending import NOT_STAYING, Ending, ended
from jobyard.cli.datasets.naming import dataset_named
from jobyard.cli.datasets.subject import IsCollection, Subject, subject_named, work_of
from jobyard.cli.reach import Where, house

_HERE = Where()
_Rules = Annotated[list[str] | None, Parameter(name=["--rule", "-r"], negative=())]


def quality(
    subject: Subject,
    /,
    *,
    rule: _Rules = None,
    collection: IsCollection = False,
    ending: Ending = NOT_STAYING,
    where: Where = _HERE,
) -> int:
    """Compare what is said of a dataset, or of a collection's datasets, with the ground truth.

    Parameters
    ----------
    rule
        A rule of the comparison as NAME=VALUE, such as iou_threshold=0.5; may be said several times.
    """
    with house(where, patience=ending.patience) as client:
        rules = _rules(rule)
        work, id_ = subject_named(client, subject, collection=collection)
        job = work.quality(id_, rules=rules)
        return ended(client, job, ending, json=where.json)


def consensus(
    dataset: str,
    /,
    *,
    assignment: int | None = None,
    rule: _Rules = None,
    ending: Ending = NOT_STAYING,
    where: Where = _HERE,
) -> int:
    """Merge what several people said of the same frames into one truth.

    Parameters
    ----------
    dataset
        Its name, number or id.
    assignment
        Number of an assignment of the dataset; all of them where nothing is said.
    rule
        A rule of the merge as NAME=VALUE, such as quorum=0.5; may be said several times.
    """
    with house(where, patience=ending.patience) as client:
        id_ = dataset_named(client, dataset).id
        job = client.datasets.merge(id_, assignment=assignment, rules=_rules(rule))
        return ended(client, job, ending, json=where.json)


def report(
    subject: Subject | None = None,
    /,
    *,
    assignment: int | None = None,
    user: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    collection: IsCollection = False,
    ending: Ending = NOT_STAYING,
    where: Where = _HERE,
) -> int:
    """Tell who annotated how much in which time; without a dataset what you did anywhere.

    Parameters
    ----------
    assignment
        Number of an assignment of the dataset; all of them where nothing is said.
    user
        Only what this user did.
    since
        Only what was done from this time on.
    until
        Only what was done until this time.
    """
    with house(where, patience=ending.patience) as client:
        work, id_ = work_of(client, collection=collection), None
        if subject is not None:
            work, id_ = subject_named(client, subject, collection=collection)
        job = work.report(id_, assignment=assignment, user=user, since=_micros(since), until=_micros(until))
        return ended(client, job, ending, json=where.json)


def formats(*, where: Where = _HERE) -> int:
    """Show what annotations can be written in and read from."""
    with house(where, indoors=True) as client:
        found = client.datasets.formats()
    if where.json:
        showing.print_json(found)
        return Code.OK
    rows = [
        *((one.name, "written", one.ending) for one in found.exports),
        *((one.name, "read", one.ending) for one in found.imports),
    ]
    showing.print_table(("FORMAT", "IS", "AS"), sorted(rows))
    return Code.OK


def _micros(time: datetime | None) -> int | None:
    return None if time is None else round(time.astimezone().timestamp() * 1_000_000)


def _rules(said: list[str] | None) -> dict[str, object] | None:
    import msgspec

    rules = dict[str, object]()
    for one in said or []:
        name, equals, value = one.partition("=")
        if not equals:
            raise Trouble(f"{one} is not written as NAME=VALUE.", Code.USAGE)
        try:
            rules[name] = msgspec.json.decode(value)
        except msgspec.DecodeError:
            rules[name] = value
    return rules or None
