"""`jobyard datasets import`, `export`, `backup`, `restore` and `fill`: what comes in and goes out as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from jobyard.cli.codes import Code, Trouble
from jobyard.cli.datasets.ending import NOT_STAYING, Ending, ended, heard
from jobyard.cli.datasets.naming import collection_named, dataset_named
from jobyard.cli.datasets.subject import IsCollection, Subject, subject_named, work_of
from jobyard.cli.reach import Where, house

if TYPE_CHECKING:
    from jobyard.client.jobs import Wishes

_HERE = Where()
_Flag = Annotated[bool, Parameter(negative=())]
_Format = Annotated[str, Parameter(name=["--format", "-f"])]


def import_(
    subject: Subject,
    file: Path,
    /,
    *,
    format_: _Format,
    append: _Flag = False,
    assignment: int | None = None,
    masks_to_polygons: _Flag = False,
    collection: IsCollection = False,
    ending: Ending = NOT_STAYING,
    where: Where = _HERE,
) -> int:
    """Read annotations from a file: all of them, or none. Into a collection a whole dataset with its pictures.

    Parameters
    ----------
    file
        The file to send in.
    format_
        Its format, such as "COCO 1.0"; `jobyard datasets formats` lists them.
    append
        What was said before stays.
    assignment
        Number of an assignment of the dataset; all of it where nothing is said.
    masks_to_polygons
        Masks become the polygons around them.
    """
    with house(where, patience=ending.patience) as client:
        if collection:
            if append or masks_to_polygons or assignment is not None:
                raise Trouble("a dataset is made anew of an archive; nothing else can be said of it.", Code.USAGE)
            id_ = collection_named(client, subject).id
            job = client.collections.import_dataset(id_, _there(file), format_, on_bytes=heard(file.name))
        else:
            job = client.datasets.import_annotations(
                dataset_named(client, subject).id,
                _there(file),
                format_,
                mode="append" if append else "replace",
                assignment=assignment,
                masks_to_polygons=masks_to_polygons,
                on_bytes=heard(file.name),
            )
        return ended(client, job, ending, json=where.json)


def export(
    subject: Subject,
    /,
    *,
    format_: _Format,
    pictures: _Flag = False,
    assignment: int | None = None,
    collection: IsCollection = False,
    ending: Ending = NOT_STAYING,
    where: Where = _HERE,
) -> int:
    """Write what is said of a dataset or a collection in a format.

    Parameters
    ----------
    format_
        The format, such as "COCO 1.0"; `jobyard datasets formats` lists them.
    pictures
        Put the pictures in, too.
    assignment
        Number of an assignment of the dataset; all of it where nothing is said.
    """
    with house(where, patience=ending.patience) as client:
        work, id_ = subject_named(client, subject, collection=collection)
        job = work.export(id_, format_, pictures=pictures, assignment=assignment)
        return ended(client, job, ending, json=where.json)


def backup(
    subject: Subject,
    /,
    *,
    lightweight: _Flag = False,
    collection: IsCollection = False,
    ending: Ending = NOT_STAYING,
    where: Where = _HERE,
) -> int:
    """Write everything about a dataset or a collection into one archive.

    Parameters
    ----------
    lightweight
        Say where the pictures are instead of putting them in.
    """
    with house(where, patience=ending.patience) as client:
        work, id_ = subject_named(client, subject, collection=collection)
        job = work.backup(id_, lightweight=lightweight)
        return ended(client, job, ending, json=where.json)


def restore(
    file: Path,
    /,
    *,
    project: str | None = None,
    collection: _Flag = False,
    wait: _Flag = False,
    where: Where = _HERE,
) -> int:
    """Make anew what a backup holds; the result says what was made.

    Parameters
    ----------
    file
        The backup to send in.
    project
        Id or name of a project to share it with.
    collection
        It is the backup of a collection.
    wait
        Stay until it has ended; 1 when it did not succeed.
    """
    with house(where, patience=NOT_STAYING.patience) as client:
        wishes: Wishes = {} if project is None else {"project": project}
        work = work_of(client, collection=collection)
        job = work.restore(_there(file), on_bytes=heard(file.name), **wishes)
        return ended(client, job, Ending(wait=wait), json=where.json)


def fill(
    dataset: str,
    /,
    *pictures: Path,
    wait: _Flag = False,
    where: Where = _HERE,
) -> int:
    """Send pictures, or archives of them, into a dataset that was made without a source.

    Parameters
    ----------
    dataset
        Its name, number or id.
    pictures
        The files to send in.
    wait
        Stay until it has ended; 1 when it did not succeed.
    """
    if not pictures:
        raise Trouble("say which pictures.", Code.USAGE)
    with house(where, patience=NOT_STAYING.patience) as client:
        id_ = dataset_named(client, dataset).id
        job = client.datasets.fill(id_, [_there(one) for one in pictures])
        return ended(client, job, Ending(wait=wait), json=where.json)


def _there(file: Path) -> Path:
    """Return a file that can be read. Raises Trouble."""
    try:
        with file.open("rb"):
            return file
    except OSError as error:
        raise Trouble(f"{file} cannot be read: {error.strerror}.", Code.USAGE) from None
