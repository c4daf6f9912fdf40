"""`jobyard datasets labels`, `relabel`, `tag`, `annotations` and `annotate`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from cyclopts import Parameter
from msgspec.structs import replace

from jobyard.cli import showing
from jobyard.cli.codes import Code, Trouble
from jobyard.cli.datasets.contents import print_outcomes
from jobyard.cli.datasets.naming import dataset_named, label_named, sample_named
from jobyard.cli.reach import Where, house

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobyard.client import Jobyard
    from jobyard.client.shapes import Label

_HERE = Where()


def labels(dataset: str, /, *, where: Where = _HERE) -> int:
    """Show a dataset's labels and how often they are carried.

    Parameters
    ----------
    dataset
        Its name, number or id.
    """
    with house(where, indoors=True) as client:
        found = client.datasets.statistics(dataset_named(client, dataset).id)
    if where.json:
        showing.print_json(found)
        return Code.OK
    rows = [
        (str(one.label.number), one.label.name, one.label.kind, one.label.color, str(one.samples), str(one.uses))
        for one in found.labels
    ]
    showing.print_table(("NUMBER ", "NAME", "KIND", "COLOR", "SAMPLES ", "USES "), rows)
    showing.say(f"{found.annotated} of {found.samples} samples are labelled.")
    return Code.OK


def relabel(
    dataset: str,
    /,
    *,
    add: Annotated[list[str] | None, Parameter(negative=())] = None,
    rename: Annotated[list[str] | None, Parameter(negative=())] = None,
    delete: Annotated[list[str] | None, Parameter(negative=())] = None,
    samples: Literal["keep", "forget", "delete_source"] = "keep",
    where: Where = _HERE,
) -> int:
    """Add, rename and delete labels; show all there are then.

    Parameters
    ----------
    dataset
        Its name, number or id.
    add
        Name of a new label; may be said several times.
    rename
        OLD=NEW; may be said several times.
    delete
        Name of a label to delete; may be said several times.
    samples
        What becomes of samples that carried a deleted label alone: keep, forget, or delete_source for their files too.
    """
    from jobyard.client.shapes import Label

    with house(where, indoors=True) as client:
        id_ = dataset_named(client, dataset).id
        there = client.datasets.change_labels(
            id_,
            add=[Label(name=name) for name in add or []],
            update=list(_renamed(client, id_, rename or [])),
            delete=[label_named(client, id_, name) for name in delete or []],
            policy=samples,
        )
    if where.json:
        showing.print_json(there)
    else:
        showing.print_table(("NUMBER ", "NAME", "KIND"), [(str(one.number), one.name, one.kind) for one in there])
    return Code.OK


def tag(
    dataset: str,
    /,
    *chosen: str,
    label: Annotated[list[str] | None, Parameter(name=["--label", "-l"], negative=())] = None,
    new: Annotated[bool, Parameter(negative=())] = False,
    where: Where = _HERE,
) -> int:
    """Say which labels samples carry, and no others; without a label that they carry none.

    Parameters
    ----------
    dataset
        Its name, number or id.
    chosen
        Paths or ids of up to 1,000 samples.
    label
        Name of a label; may be said several times.
    new
        Make labels that are missing.
    """
    from jobyard.client.labelling import SampleTagging, TagWish

    wishes = [TagWish(name=name) for name in label or []]
    with house(where, indoors=True) as client:
        id_ = dataset_named(client, dataset).id
        wanted = [SampleTagging(sample=sample_named(client, id_, one), labels=wishes) for one in chosen]
        outcomes = client.datasets.label_samples(id_, wanted, make_labels=new)
    return print_outcomes(chosen, outcomes, json=where.json)


def annotations_of(
    dataset: str, /, *, first: int = 0, last: int | None = None, layer: int = 0, where: Where = _HERE
) -> int:
    """Print what is said of a range of frames as JSON.

    Parameters
    ----------
    dataset
        Its name, number or id.
    first
        The first frame; a frame is a sample's number less one.
    last
        The last frame; all of them when it is left out.
    layer
        Number of an assignment whose annotations are kept apart.
    """
    with house(where, indoors=True) as client:
        showing.print_json(client.datasets.annotations(dataset_named(client, dataset).id, first, last, layer=layer))
    return Code.OK


def annotate(dataset: str, file: Path, /, *, where: Where = _HERE) -> int:
    """Replace, add, change and delete annotations as a file says, all of it or nothing; print what came of it as JSON.

    Parameters
    ----------
    dataset
        Its name, number or id.
    file
        JSON with add, update, delete, replace and layer, as the protocol takes it; - for standard input.
    """
    from jobyard.client.labelling import Revision

    try:
        text = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        revision = msgspec.json.decode(text, type=Revision)
    except OSError as error:
        raise Trouble(f"{file} cannot be read: {error.strerror}.", Code.USAGE) from None
    except msgspec.MsgspecError as error:
        raise Trouble(f"{file} does not say what to change: {error}.", Code.USAGE) from None
    with house(where, indoors=True) as client:
        showing.print_json(client.datasets.annotate(dataset_named(client, dataset).id, revision))
    return Code.OK


def _renamed(client: Jobyard, dataset: str, renames: list[str]) -> Iterator[Label]:
    known = {label.name: label for label in client.datasets.labels(dataset)}
    for one in renames:
        old, equals, new = one.partition("=")
        if not equals:
            raise Trouble(f"{one} is not written as OLD=NEW.", Code.USAGE)
        if old not in known:
            raise Trouble(f"there is no label {old}.", Code.REFUSED)
        yield replace(known[old], name=new)
