"""What is asked of the tables for work: frames with the size of their pictures, and things by their numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from jobyard.datasets.tables.statements import listed
from jobyard.store.contract import Transaction, View
from jobyard.store.queries import Queries

QUERIES = Queries("jobyard.datasets.work")
_LARGEST = 2**63 - 1


class Framed(Struct, frozen=True, array_like=True, gc=False):
    """A sample as a frame."""

    number: int
    """The sample's number less one."""
    path: bytes
    width: int = 0
    """0 where nobody has looked."""
    height: int = 0


class PictureSize(Struct, frozen=True, array_like=True):
    """How many pictures have a size."""

    width: int
    height: int
    pictures: int


class Making(Struct, frozen=True, array_like=True):
    """A dataset that a job is making; nobody finds it."""

    number: int
    id: str
    source: str
    collection: str | None
    samples: int
    size: int
    next_sample: int


def frames(view: View, dataset: int, first: int = 0, last: int = _LARGEST - 1, limit: int = _LARGEST) -> list[Framed]:
    """Return the frames of a range, both ends included."""
    parameters = {"dataset": dataset, "first": first + 1, "last": min(last, _LARGEST - 1) + 1, "limit": limit}
    return [
        Framed(number - 1, path, width or 0, height or 0)
        for number, path, width, height in view.rows(QUERIES["frames"], parameters)
    ]


def last_frame(view: View, dataset: int) -> int:
    """Return the last frame of a dataset; -1 where it has none."""
    return int(view.rows(QUERIES["last_frame"], {"dataset": dataset})[0][0] or 0) - 1


def measure(transaction: Transaction, dataset: int, sizes: Iterable[tuple[int, int, int]]) -> None:
    """Keep how large pictures are: frame, width and height."""
    rows = [
        {"dataset": dataset, "number": frame + 1, "width": width, "height": height} for frame, width, height in sizes
    ]
    if rows:
        transaction.run_many(QUERIES["put_picture"], rows)


def empty(transaction: Transaction, dataset: int) -> None:
    """Take all samples out of a dataset about which nothing was said yet."""
    for name in ("drop_pictures", "empty_samples", "empty_dataset"):
        transaction.run(QUERIES[name], {"dataset": dataset})


def forget_sizes(transaction: Transaction, dataset: int) -> None:
    """Forget how large the pictures of a dataset are."""
    transaction.run(QUERIES["drop_pictures"], {"dataset": dataset})


def collection_numbered(view: View, number: int) -> str | None:
    """Return the id of a collection by its number."""
    return next((row[0] for row in view.rows(QUERIES["collection_numbered"], {"number": number})), None)


def label_home(view: View, number: int) -> tuple[str, int] | None:
    """Return the id of what a label belongs to, and the number of the skeleton it is a part of, 0 for none."""
    return next(((row[0], row[1]) for row in view.rows(QUERIES["label_home"], {"number": number})), None)


def move_layer(transaction: Transaction, dataset: int, aside: int, layer: int) -> int:
    """Let what was taken in aside become what was said in a layer; return how much that is."""
    return transaction.run(QUERIES["move_layer"], {"dataset": dataset, "aside": aside, "layer": layer})


def point(transaction: Transaction, dataset: int, aside: int) -> None:
    """Let what was taken in aside be the dataset's own from now on; no annotation is touched."""
    transaction.run(QUERIES["point"], {"dataset": dataset, "aside": aside})


def aside(view: View, dataset: int) -> list[int]:
    """Return the layers in which something was taken in aside and was not swapped in."""
    return [row[0] for row in view.rows(QUERIES["aside"], {"dataset": dataset})]


def made_by(view: View, job: str) -> list[Making]:
    """Return the datasets that a job is making, first one first."""
    return [Making(*row) for row in view.rows(QUERIES["made_by"], {"job": job})]


def being_made(view: View) -> list[tuple[int, str]]:
    """Return the datasets that some job is making, each with the job."""
    return [(number, job) for number, job in view.rows(QUERIES["being_made"], {})]


def hide_made(transaction: Transaction, dataset: int, job: str) -> None:
    """Hide a dataset while a job makes it."""
    transaction.run(QUERIES["hide_made"], {"dataset": dataset, "job": job})


def give_up(transaction: Transaction, dataset: int, now: int) -> None:
    """Make a dataset that is being made one that is being deleted."""
    transaction.run(QUERIES["give_up"], {"dataset": dataset, "now": now})


def name_used(view: View, owner: str, name: str) -> bool:
    """Tell whether an owner has a dataset of a name."""
    return bool(view.rows(QUERIES["name_used"], {"owner": owner, "name": name}))


def show_made(transaction: Transaction, dataset: int, name: str, now: int) -> None:
    """Let people find a dataset that is whole now."""
    parameters = {"dataset": dataset, "name": name, "folded": name.casefold(), "now": now}
    transaction.run(QUERIES["show_made"], parameters)


def beside(view: View, dataset: int) -> dict[str, Any]:
    """Return what faces keep beside a dataset, also while it is hidden."""
    for row in view.rows(QUERIES["beside"], {"dataset": dataset}):
        found = msgspec.json.decode(row[0]).get("cvat", {})
        return found if isinstance(found, dict) else {}
    return {}


def known_ids(view: View, ids: Iterable[str]) -> set[str]:
    """Return those of the ids that are datasets, hidden or not."""
    return {id_ for id_ in ids if view.rows(QUERIES["is_dataset"], {"id": id_})}


def sizes(view: View, dataset: int, frames: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return width and height of the pictures of certain frames, as far as somebody has looked at them."""
    parameters = {"dataset": dataset, "numbers": listed(frame + 1 for frame in frames)}
    return {number - 1: (width, height) for number, width, height in view.rows(QUERIES["sizes"], parameters)}


def pictures_by_size(view: View, dataset: int, limit: int) -> list[PictureSize]:
    """Return how many pictures have which size, the commonest first."""
    rows_ = view.rows(QUERIES["pictures_by_size"], {"dataset": dataset, "limit": limit})
    return [PictureSize(width, height, int(pictures)) for width, height, pictures in rows_]


def pictures_measured(view: View, dataset: int) -> int:
    """Return how many pictures somebody has looked at."""
    return int(view.rows(QUERIES["pictures_measured"], {"dataset": dataset})[0][0])


def activities_by_day(view: View, dataset: int, since: int) -> list[tuple[int, str, int]]:
    """Return what people did since a moment: the beginning of each day, what was done to what, and how much."""
    rows_ = view.rows(QUERIES["activities_by_day"], {"dataset": dataset, "since": since})
    return [(int(day), scope, int(count)) for day, scope, count in rows_]
