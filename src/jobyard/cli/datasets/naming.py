"""Which dataset and which samples a person means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobyard.cli.codes import Code, Trouble
from jobyard.job.ids import is_id

if TYPE_CHECKING:
    from jobyard.client import Jobyard
    from jobyard.client.shapes import Collection, Dataset


def dataset_named(client: Jobyard, reference: str) -> Dataset:
    """Return the dataset of an id, a number or a name. Raises Trouble."""
    if is_id(reference):
        return client.datasets.get(reference)
    number = reference.removeprefix("#")
    for one in client.datasets.all():
        if one.name == reference or (number.isdecimal() and str(one.number) == number):
            return one
    raise Trouble(f"there is no dataset {reference}.", Code.REFUSED)


def collection_named(client: Jobyard, reference: str) -> Collection:
    """Return the collection of an id, a number or a name. Raises Trouble."""
    if is_id(reference):
        return client.collections.get(reference)
    number = reference.removeprefix("#")
    for one in client.collections.all():
        if one.name == reference or (number.isdecimal() and str(one.number) == number):
            return one
    raise Trouble(f"there is no collection {reference}.", Code.REFUSED)


def sample_named(client: Jobyard, dataset: str, reference: str) -> str:
    """Return the id of a sample by its id or its path. Raises Trouble."""
    if is_id(reference):
        return reference
    for one in client.datasets.samples(dataset, text=reference):
        if one.path == reference:
            return one.id
    raise Trouble(f"there is no sample {reference}.", Code.REFUSED)


def label_named(client: Jobyard, dataset: str, reference: str) -> int:
    """Return the number of a label by its name. Raises Trouble."""
    for label in client.datasets.labels(dataset):
        if label.name == reference:
            return label.number
    raise Trouble(f"there is no label {reference}.", Code.REFUSED)
