"""`jobyard datasets quality`, `consensus`, `report` and `formats`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Code, Trouble
from jobyard.cli.datasets.ending import NOT_STAYING, Ending, ended
from jobyard.cli.datasets.naming import collection_named, dataset_named
from jobyard.cli.reach import Where, house

if TYPE_CHECKING:
    from jobyard.client import Jobyard

_HERE = Where()
_Flag = Annotated[bool, Parameter(negative=())]
_Rules = Annotated[list[str] | None, Parameter(name=["--rule", "-r"], negative=())]


def quality(
    subject: str,
    /,
    *,
    rule: _Rules = None,
    collection: _Flag = False,
    ending: Ending = NOT_STAYING,
    where: Where = _HERE,
) -> int:
    """Compare what is said of a dataset, or of a collection's datasets, with the ground truth.

    Parameters
    ----------
    subject
        Name, number or id of a dataset.
    rule
        A rule of the comparison as NAME=VALUE, such as iou_threshold=0.5; may be said several times.
    collection
        The subject is a collection.
    """
    with house(where, patience=ending.patience) as client:
        rules = _rules(rule)
        if collection:
            job = client.collections.quality(collection_named(client, subject).id, rules=rules)
        else:
            job = client.datasets.quality(dataset_named(client, subject).id, rules=rules)
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
    subject: str | None = None,
    /,
    *,
    assignment: int | None = None,
    user: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    collection: _Flag = False,
    ending: Ending = NOT_STAYING,
    where: Where = _HERE,
) -> int:
    """Tell who annotated how much in which time; without a dataset what you did anywhere.

    Parameters
    ----------
    subject
        Name, number or id of a dataset.
    assignment
        Number of an assignment of the dataset; all of them where nothing is said.
    user
        Only what this user did.
    since
        Only what was done from this time on.
    until
        Only what was done until this time.
    collection
        The subject is a collection.
    """
    with house(where, patience=ending.patience) as client:
        id_ = _subject(client, subject, collection=collection)
        work = client.collections if collection else client.datasets
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


def _subject(client: Jobyard, reference: str | None, *, collection: bool) -> str | None:
    if reference is None:
        return None
    return (collection_named(client, reference) if collection else dataset_named(client, reference)).id


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
