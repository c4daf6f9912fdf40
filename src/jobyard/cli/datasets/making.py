"""`jobyard datasets create`, `change` and `delete`."""

from __future__ import annotations

from typing import Annotated, get_args

from cyclopts import Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Code, Trouble, told
from jobyard.cli.datasets.naming import collection_named, dataset_named
from jobyard.cli.reach import Where, house

_HERE = Where()


def create(
    name: str,
    source: str = "",
    /,
    *,
    collection: str | None = None,
    project: str | None = None,
    purpose: str = "free",
    description: str = "",
    label: Annotated[list[str] | None, Parameter(negative=())] = None,
    read_labels: bool = True,
    where: Where = _HERE,
) -> int:
    """Make a dataset over a folder or a bucket. Nothing is read yet; `jobyard datasets sync` does.

    Without a source it is one whose pictures are sent in; `jobyard datasets fill` does.

    Parameters
    ----------
    name
        What people call it.
    source
        A folder on the server's machine, inside one of its allowed source roots; or s3://BUCKET/FOLDER/.
    collection
        Name, number or id of a collection whose labels it shares.
    project
        Id or name of a project to share it with.
    purpose
        What it is made for, such as image_classification or object_detection; free takes every file.
    description
        What it holds.
    label
        A label that its samples may carry; may be said several times.
    read_labels
        Read labels along that lie in the source.
    """
    from jobyard.client.labelling import Purpose
    from jobyard.client.shapes import Label

    meant = next((one for one in get_args(Purpose) if one == purpose), None)
    if meant is None:
        raise Trouble(f"there is no purpose {purpose}; known are: {', '.join(get_args(Purpose))}.", Code.USAGE)
    with house(where, indoors=True) as client:
        made = client.datasets.create(
            name,
            source,
            project,
            collection=None if collection is None else collection_named(client, collection).id,
            purpose=meant,
            description=description,
            read_labels=read_labels,
            labels=[Label(name=one) for one in label or []],
        )
    if where.json:
        showing.print_json(made)
    else:
        showing.print_fields([("number", str(made.number)), ("id", made.id), ("name", made.name)])
    return Code.OK


def change(
    dataset: str,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    read_labels: bool | None = None,
    where: Where = _HERE,
) -> int:
    """Change what is said about a dataset; what is left out stays.

    Parameters
    ----------
    dataset
        Its name, number or id.
    name
        What people call it from now on.
    description
        What it holds.
    read_labels
        Read labels along that lie in the source.
    """
    from msgspec import UNSET

    from jobyard.client.labelling import DatasetEdit

    edit = DatasetEdit(
        name=UNSET if name is None else name,
        description=UNSET if description is None else description,
        read_labels=UNSET if read_labels is None else read_labels,
    )
    with house(where, indoors=True) as client:
        changed = client.datasets.change(dataset_named(client, dataset).id, edit)
    if where.json:
        showing.print_json(changed)
    else:
        print(f"dataset {changed.number} is changed.")
    return Code.OK


def delete(dataset: str, /, *datasets: str, where: Where = _HERE) -> int:
    """Forget datasets with their labels and annotations; their files stay.

    Parameters
    ----------
    dataset
        Name, number or id of the dataset.
    datasets
        Further datasets.
    """
    from jobyard.client import JobyardError

    code = Code.OK
    with house(where, indoors=True) as client:
        for one in [dataset_named(client, reference) for reference in (dataset, *datasets)]:
            try:
                client.datasets.delete(one.id)
            except JobyardError as error:
                code = code or told(error)
            else:
                showing.say(f"Dataset {one.name} is forgotten; its files are still there.")
    return code
