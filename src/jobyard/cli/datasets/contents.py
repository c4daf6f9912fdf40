"""`jobyard datasets samples` and `forget`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Code
from jobyard.cli.datasets.naming import dataset_named, sample_named
from jobyard.cli.reach import Where, house

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobyard.client.shapes import Outcome

_HERE = Where()
_AT_ONCE = 1_000


def samples(
    dataset: str,
    /,
    *,
    limit: int = 100,
    label: str | None = None,
    labelled: bool | None = None,
    text: str = "",
    where: Where = _HERE,
) -> int:
    """List a dataset's files, in the order of their paths. With --json each file is a line.

    Parameters
    ----------
    dataset
        Its name, number or id.
    limit
        The most files to list; 0 for all.
    label
        Only those that carry this label.
    labelled
        Only those that carry any label, or none.
    text
        Only those whose path contains this.
    """
    rows = list[tuple[str, str, str, str]]()
    more = False
    with house(where, indoors=True) as client:
        found = dataset_named(client, dataset)
        wanted = client.datasets.samples(found.id, label=label, annotated=labelled, text=text)
        for at, sample in enumerate(wanted):
            if limit and at >= limit:
                more = True
                break
            if where.json:
                showing.print_json(sample)
            else:
                labels = ", ".join(sample.labels)
                rows.append((sample.path, showing.size(sample.size), showing.when(sample.modified_at), labels))
    if not where.json:
        showing.print_table(("PATH", "SIZE ", "MODIFIED", "LABELS"), rows)
        if more:
            showing.say(f"{limit} of {found.samples} files; --limit 0 lists all.")
    return Code.OK


def forget(
    dataset: str,
    /,
    *chosen: str,
    delete_source: Annotated[bool, Parameter(negative=())] = False,
    where: Where = _HERE,
) -> int:
    """Delete samples with what was said of them. Those whose files stay come back with the next synchronization.

    Parameters
    ----------
    dataset
        Its name, number or id.
    chosen
        Paths or ids of the samples.
    delete_source
        Delete their files too, where an administrator allowed that.
    """
    outcomes = list["Outcome"]()
    with house(where, indoors=True) as client:
        id_ = dataset_named(client, dataset).id
        ids = [sample_named(client, id_, one) for one in chosen]
        for start in range(0, len(ids), _AT_ONCE):
            part = ids[start : start + _AT_ONCE]
            outcomes += client.datasets.delete_samples(id_, part, delete_source=delete_source)
    return print_outcomes(chosen, outcomes, json=where.json)


def print_outcomes(named: Sequence[str], outcomes: Sequence[Outcome], *, json: bool) -> int:
    """Print what became of each sample; the exit code tells whether all was done."""
    if json:
        showing.print_json(outcomes)
    for name, outcome in zip(named, outcomes, strict=True):
        if outcome.code:
            showing.say(f"{name}: {outcome.reason}")
    return Code.REFUSED if any(outcome.code for outcome in outcomes) else Code.OK
