"""What running work on datasets and the house say to each other through `Context.call`, as data."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from jobyard.datasets.assignment import Assignment
from jobyard.datasets.labels import Label
from jobyard.datasets.messages import Reach
from jobyard.datasets.packing import Packed
from jobyard.datasets.tables.activities import Activity
from jobyard.datasets.work.tables import Framed

FRAMES_AT_ONCE = 500
"""The most frames that one answer tells of."""
ACTIVITIES_AT_ONCE = 5_000
"""The most activities that one answer tells of."""
PICTURES_AT_ONCE = 5_000
"""The most pictures that are handed over at once."""


class Brought(Struct, frozen=True, array_like=True):
    """A picture that lies in its place."""

    path: bytes
    size: int
    mtime_ns: int
    width: int
    height: int


class Emptied(Struct, frozen=True, kw_only=True):
    """The answer to `work.fill`: the dataset is empty; its pictures go here."""

    folder: str
    """Where the pictures go."""
    sent: str
    """Where what was sent in lies."""
    roots: tuple[str, ...]
    """The real paths of folders of this machine that may be read."""


class Pictures(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The payload of `work.pictures`: the next pictures, in the order of their frames."""

    first: int
    """The frame of the first one."""
    pictures: list[Brought]


class Division(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The payload of `work.divide`: who works on which frames. With it the dataset is whole."""

    parts: list[tuple[int, int]]
    """The first and the last frame of each part."""
    replicas: Annotated[int, Meta(ge=0, le=10)] = 0
    truth: list[int] = []
    """Frames of the ground truth."""


class Subject(Struct, frozen=True, kw_only=True):
    """A dataset that is worked on."""

    id: str
    number: int
    name: str
    source: str
    folder: str | None
    """Where its pictures lie, when the house keeps them."""
    reach: Reach | None
    """How its bucket is reached; None for a folder."""
    roots: tuple[str, ...]
    last: int
    """Its last frame; -1 where it has none."""
    subset: str = ""
    gone: tuple[int, ...] = ()
    """Frames that count as deleted."""
    labels: tuple[Label, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    purpose: str = ""
    description: str = ""
    settings: dict[str, Any] = {}
    wider: dict[str, Any] | None = None
    """The settings of the collection it is in."""


class Subjects(Struct, frozen=True, kw_only=True):
    """The answer to `work.subjects`: what the job is about."""

    name: str
    datasets: list[Subject]
    labels: tuple[Label, ...]
    sent: str | None = None
    """Where the file lies that was sent in."""
    assignment: Assignment | None = None
    description: str = ""
    settings: dict[str, Any] = {}
    done: dict[str, Any] | None = None
    """What the job returns, where an attempt before this one has done everything but said so."""


class FramesWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The payload of `work.said`: a stretch of one dataset."""

    dataset: str
    first: int
    last: int
    layer: int = 0
    bare: bool = False
    """Only the frames; then up to PICTURES_AT_ONCE of them."""


class Said(Struct, frozen=True, kw_only=True):
    """The answer: frames of the stretch, and what was said of them; at most FRAMES_AT_ONCE frames."""

    frames: list[Framed]
    said: Packed = Packed()
    more: bool = False
    """There are frames behind the last one."""


class Aside(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The payload of `work.aside`: annotations that are taken in aside, where nobody sees them yet."""

    place: Annotated[int, Meta(ge=0)]
    """Which parcel of the attempt's it is, from 0; one that is sent again is not taken in again."""
    said: Packed


class Swap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The payload of `work.swap`: what was taken in aside becomes what was said."""

    append: bool = False
    """What was said before stays."""
    pictures: int = 0
    """How many were spoken of."""
    left_out: dict[str, int] = {}
    """What had no place, and how often."""


class United(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The payload of `work.unite`: what was taken in aside becomes what was said in these assignments."""

    assignments: list[int]


class Recount(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The payload of `work.recount`: which activities come next."""

    behind: int = 0
    """The number of the last one that was told of."""
    dataset: str | None = None
    """One of the job's datasets; None for whatever its owner did anywhere."""


class Recounted(Struct, frozen=True, kw_only=True):
    """The answer: the next activities, at most ACTIVITIES_AT_ONCE; none behind the last one."""

    activities: list[Activity]
    collections: dict[int, int]
    """The numbers of the collections that the datasets in question are in, by the datasets'."""


class Wanted(Struct, frozen=True, kw_only=True):
    """A dataset that shall be made: hidden first, and shown once it is whole."""

    name: str
    purpose: str = "free"
    description: str = ""
    settings: dict[str, Any] = {}
    source: str | None = None
    """Where the pictures are; None where the house keeps them."""
    parts: tuple[Assignment, ...] = ()
    """Numbers and parents are places in this list, from 1; the dataset is not looked at."""


class Make(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The payload of `work.make`."""

    datasets: list[Wanted]
    labels: tuple[Label, ...] = ()
    """New labels with the numbers that are meant in what follows; none where a collection is there that has some."""
    collection: bool = False
    """They get a collection of their own."""


class Hidden(Struct, frozen=True, kw_only=True):
    """A dataset that is being made."""

    number: int
    folder: str | None
    """Where its pictures go; None where they are in a source."""


class Made(Struct, frozen=True, kw_only=True):
    """The answer to `work.make`."""

    datasets: list[Hidden]
    numbers: dict[int, int]
    """The numbers of labels, parts and attributes as they were meant, and as they are now."""
    collection: str | None = None


class Numbered(Struct, frozen=True, array_like=True):
    """A picture with the frame it is."""

    frame: int
    picture: Brought


class Placed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The payload of `work.place`: pictures of a dataset that is being made, in the order of their frames."""

    dataset: int
    pictures: list[Numbered]


class Spoken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The payload of `work.say`: what was said in a dataset that is being made."""

    dataset: int
    part: int = 0
    """The place of the part in which it was said apart; 0 for the dataset's own."""
    said: Packed


class Publish(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The payload of `work.publish`: everything that was made is shown, all at once."""

    name: str = ""
    """The name of the collection, where one is made."""
    description: str = ""
    settings: dict[str, Any] = {}
    labels: tuple[Label, ...] = ()
    """The labels of a collection without any dataset."""
    whole: bool = False
    """Datasets without parts get one with all their frames."""
