"""Tags, shapes and tracks as they are stored: what is looked for in columns, and each of them whole as msgpack.

A layer keeps what was said of the same frames apart: 0 is the dataset's own, a positive one an assignment's.
In which layer the dataset's own really stands, the dataset says: work that replaces all of it fills a layer of its own
aside, and then only points to that one. The statements look it up; to whoever asks it is 0 whichever it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from jobyard.datasets import packing
from jobyard.datasets.annotations import Annotations, Shape, Tag, Track
from jobyard.datasets.packing import Box, Packed
from jobyard.datasets.tables.statements import LARGEST, QUERIES, Line, listed, take
from jobyard.store.contract import Row, Transaction, View

Annotation = Tag | Shape | Track
ASIDE = "aside"
"""The drawer of what was heard of each work on a dataset; swept when other work on it begins, and with it."""
A = TypeVar("A", bound=Tag | Shape | Track)

_WHATS: dict[type[Annotation], str] = {Tag: "tag", Shape: "shape", Track: "track"}
_DECODED: dict[str, Callable[[bytes], Annotation]] = {
    "tag": msgspec.msgpack.Decoder(Tag).decode,
    "shape": msgspec.msgpack.Decoder(Shape).decode,
    "track": msgspec.msgpack.Decoder(Track).decode,
}
_encoded = msgspec.msgpack.Encoder().encode


class Placed(Struct, frozen=True):
    """Where an annotation stands, without what it says."""

    number: int
    frame: int
    what: str
    """`tag`, `shape` or `track`."""
    label: int


def read(view: View, dataset: int, layer: int, first: int = 0, last: int = LARGEST) -> Annotations:
    """Return what was said of a range of frames, by frame and number: tracks that are in one of them whole."""
    if last < first:
        return Annotations()
    parameters = {"dataset": dataset, "layer": layer, "first": first, "last": last}
    rows = view.rows(QUERIES["still"], parameters) + view.rows(QUERIES["tracks"], parameters)
    return _sorted(rows)


def packed(view: View, dataset: int, layer: int, first: int, last: int) -> Packed:
    """Return what `read` returns as it is stored: nothing is unpacked."""
    parameters = {"dataset": dataset, "layer": layer, "first": first, "last": last}
    still = view.rows(QUERIES["still"], parameters)
    shapes = [body for what, body in still if what == "shape"]
    tags = [body for what, body in still if what == "tag"] if len(shapes) < len(still) else []
    moving = [body for _, body in view.rows(QUERIES["tracks"], parameters)]
    return Packed(tags=packing.listed(tags), shapes=packing.listed(shapes), tracks=packing.listed(moving))


def at(view: View, dataset: int, layer: int, frames: Iterable[int]) -> Annotations:
    """Return the tags and shapes of certain frames, by frame and number."""
    parameters = {"dataset": dataset, "layer": layer, "frames": listed(frames)}
    return _sorted(view.rows(QUERIES["still_at"], parameters))


def tracks(view: View, dataset: int, layer: int, first: int, last: int) -> list[Track]:
    """Return the tracks that are in a range of frames."""
    parameters = {"dataset": dataset, "layer": layer, "first": first, "last": last}
    return list(_sorted(view.rows(QUERIES["tracks"], parameters)).tracks)


def any_track(view: View, dataset: int) -> bool:
    """Tell whether a dataset has tracks of its own."""
    return bool(view.rows(QUERIES["any_track"], {"dataset": dataset}))


def known(view: View, dataset: int, layer: int, numbers: Iterable[int]) -> dict[int, Annotation]:
    """Return those of the numbers that stand in a layer of a dataset."""
    parameters = {"dataset": dataset, "layer": layer, "numbers": listed(numbers)}
    rows = view.rows(QUERIES["known_annotations"], parameters)
    return {number: _DECODED[what](body) for number, _, what, _, body in rows}


def placed(view: View, dataset: int, layer: int, first: int, last: int) -> list[Placed]:
    """Return what begins in a range of frames."""
    parameters = {"dataset": dataset, "layer": layer, "first": first, "last": last}
    return [Placed(*row) for row in view.rows(QUERIES["placed"], parameters)]


def placed_at(view: View, dataset: int, layer: int, frames: Iterable[int]) -> list[Placed]:
    """Return what begins in certain frames."""
    parameters = {"dataset": dataset, "layer": layer, "frames": listed(frames)}
    return [Placed(*row) for row in view.rows(QUERIES["placed_at"], parameters)]


def of_label(view: View, dataset: int, label: int, limit: int) -> list[int]:
    """Return the numbers of a few annotations of a label, in any layer."""
    parameters = {"dataset": dataset, "label": label, "limit": limit}
    return [row[0] for row in view.rows(QUERIES["some_of_label"], parameters)]


def said_by_label(view: View, dataset: int, limit: int) -> dict[int, int]:
    """Return how many annotations there are of each label that has some, in any layer; it counts up to a limit."""
    return {row[0]: row[1] for row in view.rows(QUERIES["labels_said"], {"dataset": dataset, "limit": limit})}


def insert(transaction: Transaction, dataset: int, layer: int, made: Annotations) -> Annotations:
    """Write new annotations; return them with their numbers."""
    fresh = [_unnumbered(one) for one in each(made)]
    numbers = iter(take(transaction, Line.ANNOTATIONS, sum(map(_size, fresh))))
    numbered = _gathered([_numbered(one, numbers) for one in fresh])
    real = _real(transaction, dataset, layer)
    rows = [_row(dataset, real, one) for one in each(numbered)]
    transaction.run_many(QUERIES["insert_annotation"], rows)
    return numbered


def insert_boxes(transaction: Transaction, dataset: int, layer: int, made: Sequence[Box]) -> None:
    """Write new boxes, each of which gets its number."""
    rows, real = list[dict[str, object]](), _real(transaction, dataset, layer)
    for number, box in zip(take(transaction, Line.ANNOTATIONS, len(made)), made, strict=True):
        box.number = number
        rows.append(
            {
                "number": number,
                "dataset": dataset,
                "layer": real,
                "frame": box.frame,
                "label": box.label,
                "body": _encoded(box),
            }
        )
    transaction.run_many(QUERIES["insert_shape"], rows)


def update(transaction: Transaction, dataset: int, layer: int, changed: Annotations) -> Annotations:
    """Write annotations anew, by their numbers; return them, with numbers for parts that had none."""
    numbers = iter(take(transaction, Line.ANNOTATIONS, sum(map(_size, each(changed)))))
    whole = _gathered([_numbered(one, numbers) for one in each(changed)])
    transaction.run_many(QUERIES["update_annotation"], [_row(dataset, layer, one) for one in each(whole)])
    return whole


def delete(transaction: Transaction, numbers: Iterable[int]) -> None:
    """Remove annotations by their numbers."""
    transaction.run_many(QUERIES["delete_annotation"], [{"number": number} for number in numbers])


def drop_some(transaction: Transaction, dataset: int, limit: int, layer: int | None = None) -> bool:
    """Remove up to `limit` annotations of a dataset, or of one layer of it; tell whether there were any."""
    name = "some_annotations" if layer is None else "some_of_layer"
    parameters = {"dataset": dataset, "limit": limit}
    if layer is not None:
        parameters["layer"] = layer
    found = [row[0] for row in transaction.rows(QUERIES[name], parameters)]
    delete(transaction, found)
    return bool(found)


def each(annotations: Annotations) -> Iterator[Annotation]:
    """Give out tags, shapes and tracks one after the other."""
    yield from annotations.tags
    yield from annotations.shapes
    yield from annotations.tracks


def last_frame(track: Track) -> int:
    """Return the last frame a track is in; one that does not leave the picture goes on for ever."""
    end = track.positions[-1]
    return end.frame if end.outside else LARGEST


def _real(view: View, dataset: int, layer: int) -> int:
    """Return the layer in which something really stands."""
    return layer or int(view.rows(QUERIES["own_layer"], {"dataset": dataset})[0][0])


def _sorted(rows: Sequence[Row]) -> Annotations:
    return _gathered([_DECODED[what](body) for what, body in rows])


def _gathered(annotations: Sequence[Annotation]) -> Annotations:
    return Annotations(
        tags=tuple(one for one in annotations if type(one) is Tag),
        shapes=tuple(one for one in annotations if type(one) is Shape),
        tracks=tuple(one for one in annotations if type(one) is Track),
    )


def _size(one: Annotation) -> int:
    """Return how many numbers an annotation needs with its parts."""
    return (not one.number) + (0 if isinstance(one, Tag) or not one.parts else sum(_size(part) for part in one.parts))


def _numbered(one: A, numbers: Iterator[int]) -> A:
    if isinstance(one, Tag) or not one.parts:
        return one if one.number else replace(one, number=next(numbers))
    number = one.number or next(numbers)
    return replace(one, number=number, parts=tuple(_numbered(part, numbers) for part in one.parts))


def _unnumbered(one: A) -> A:
    if isinstance(one, Tag) or not one.parts:
        return replace(one, number=0) if one.number else one
    return replace(one, number=0, parts=tuple(_unnumbered(part) for part in one.parts))


def _row(dataset: int, layer: int, one: Annotation) -> dict[str, object]:
    return {
        "number": one.number,
        "dataset": dataset,
        "layer": layer,
        "frame": one.frame,
        "last": last_frame(one) if isinstance(one, Track) else one.frame,
        "what": _WHATS[type(one)],
        "label": one.label,
        "body": _encoded(one),
    }
