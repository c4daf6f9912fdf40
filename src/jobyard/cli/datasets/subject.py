"""What a command works on: a dataset, or a collection where a flag says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from jobyard.cli.datasets.naming import collection_named, dataset_named

if TYPE_CHECKING:
    from jobyard.client import Jobyard
    from jobyard.client.collections import Collections
    from jobyard.client.datasets import Datasets

Subject = Annotated[str, Parameter(help="Name, number or id of a dataset.")]
IsCollection = Annotated[bool, Parameter(help="The subject is a collection.", negative=())]


def work_of(client: Jobyard, *, collection: bool) -> Datasets | Collections:
    """Return what submits work on datasets, or on collections."""
    return client.collections if collection else client.datasets


def subject_named(client: Jobyard, reference: str, *, collection: bool) -> tuple[Datasets | Collections, str]:
    """Return what submits work on what an id, a number or a name means, and its id. Raises Trouble."""
    named = collection_named if collection else dataset_named
    return work_of(client, collection=collection), named(client, reference).id
