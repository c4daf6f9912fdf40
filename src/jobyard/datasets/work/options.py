"""How pictures shall be taken in: in which order, which of them, and how the work on them is divided. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import groupby
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from jobyard.datasets.work.sampling import some
from jobyard.job.errors import Invalid

OPTIONS_FILE = "options.json"
"""Where the options lie beside what was sent in."""
_Whole = Annotated[int, Meta(ge=0, le=2**31 - 1)]
_DIGITS = 9


class GroundTruth(Struct, frozen=True, kw_only=True):
    """Which frames get a ground truth."""

    mode: Literal["gt", "gt_pool"] = "gt"
    frame_selection_method: Literal["random_uniform", "random_per_job", "manual"] = "random_uniform"
    random_seed: int | None = None
    frames: tuple[str, ...] = ()
    """The names of the frames; only for `manual`."""
    frame_count: _Whole | None = None
    frame_share: Annotated[float, Meta(gt=0, le=1)] | None = None
    frames_per_job_count: _Whole | None = None
    frames_per_job_share: Annotated[float, Meta(gt=0, le=1)] | None = None


class Options(Struct, frozen=True, kw_only=True):
    """What was said with the pictures; what is unknown is passed by."""

    image_quality: Annotated[int, Meta(ge=0, le=100)] = 70
    chunk_size: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    sorting_method: Literal["lexicographical", "natural", "predefined", "random"] = "lexicographical"
    upload_file_order: tuple[str, ...] = ()
    server_files: tuple[str, ...] = ()
    server_files_exclude: tuple[str, ...] = ()
    remote_files: tuple[str, ...] = ()
    cloud_storage_id: int | None = None
    start_frame: _Whole = 0
    stop_frame: _Whole | None = None
    frame_filter: Annotated[str, Meta(max_length=256)] = ""
    job_file_mapping: tuple[tuple[str, ...], ...] = ()
    validation_params: GroundTruth | None = None
    segment_size: int = 0
    overlap: int = 0
    replicas: int = 0

    @property
    def step(self) -> int:
        """Every how many pictures one is taken."""
        return step_of(self.frame_filter) or 1


def options_in(fields: Mapping[str, Any]) -> Options:
    """Return the options among the fields of a form or a JSON body. Raises Invalid naming the field."""
    known = {name: value for name, value in fields.items() if name in Options.__struct_fields__ and value != ""}
    for name in ("upload_file_order", "server_files", "server_files_exclude", "remote_files"):
        if isinstance(known.get(name), str):
            known[name] = [known[name]]
    for name in ("job_file_mapping", "validation_params"):
        if isinstance(known.get(name), str):  # a form has no other way to say it
            known[name] = _told(name, known[name])
    for name in ("segment_size", "overlap", "replicas"):
        known.pop(name, None)
    known = {name: value for name, value in known.items() if value is not None}
    try:
        options = msgspec.convert(known, Options, strict=False)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `")
        raise _wrong(path.rstrip("`").removeprefix("$.") or "non_field_errors", message) from None
    if options.frame_filter and not step_of(options.frame_filter):
        raise _wrong("frame_filter", "A filter of frames is written `step=N`.")
    if options.stop_frame is not None and options.stop_frame < options.start_frame:
        raise _wrong("stop_frame", "The last frame comes before the first.")
    return options


def ordered(names: Sequence[str], options: Options) -> list[int]:
    """Return the places of these names in the order in which they become frames.

    Raises Invalid where an order was promised that does not name each of them.
    """
    places = list(range(len(names)))
    if options.job_file_mapping:
        return _predefined(names, [name for part in options.job_file_mapping for name in part])
    if options.sorting_method == "natural":
        return sorted(places, key=lambda place: (_natural(names[place]), names[place]))
    if options.sorting_method == "predefined":
        return _predefined(names, options.upload_file_order) if options.upload_file_order else places
    if options.sorting_method == "random":
        return sorted(places, key=lambda place: _mark(names[place]))
    return sorted(places, key=lambda place: names[place])


def chosen(places: Sequence[int], options: Options) -> list[int]:
    """Return those of the ordered places that are taken."""
    stop = len(places) if options.stop_frame is None else options.stop_frame + 1
    return list(places[options.start_frame : stop : options.step])


def ranges(count: int, names: Sequence[str], options: Options) -> list[tuple[int, int]]:
    """Return the first and the last frame of each part that somebody works on."""
    if options.job_file_mapping:
        sizes = [len(part) for part in options.job_file_mapping if part]
        starts = [sum(sizes[:place]) for place in range(len(sizes))]
        return [(start, start + size - 1) for start, size in zip(starts, sizes, strict=True)]
    size = options.segment_size or count
    overlap = min(options.overlap, size - 1)
    return [
        (start, min(start + size, count) - 1) for start in range(0, max(1, count - overlap), max(1, size - overlap))
    ]


def ground_truth(truth: GroundTruth, names: Sequence[str], parts: Iterable[tuple[int, int]]) -> list[int]:
    """Return the frames of a ground truth. Raises Invalid for a name that no frame has."""
    seed = str(truth.random_seed if truth.random_seed is not None else len(names))
    if truth.frame_selection_method == "manual":
        known = {name: frame for frame, name in enumerate(names)}
        for name in truth.frames:
            if name not in known:
                raise _wrong("validation_params", f"There is no frame called {name[:200]!r}.")
        return sorted({known[name] for name in truth.frames})
    if truth.frame_selection_method == "random_uniform":
        return some(range(len(names)), _count(truth.frame_count, truth.frame_share, len(names)), seed)
    found = set[int]()
    for first, last in parts:
        inside = [frame for frame in range(first, last + 1) if frame not in found]
        found.update(some(inside, _count(truth.frames_per_job_count, truth.frames_per_job_share, len(inside)), seed))
    return sorted(found)


def _count(count: int | None, share: float | None, there: int) -> int:
    if count is not None:
        return min(count, there)
    return max(1, round(there * share)) if share is not None else 0


def _predefined(names: Sequence[str], order: Sequence[str]) -> list[int]:
    places = {name: place for place, name in enumerate(names)}
    found = [places.get(name, places.get(name.rpartition("/")[2])) for name in order]
    known = [place for place in found if place is not None]
    if len(known) != len(found) or len(set(known)) != len(names):
        missing = next((name for name, place in zip(order, found, strict=True) if place is None), "")
        reason = f"{missing[:200]!r} was not sent in" if missing else "it does not name every picture once"
        raise _wrong("upload_file_order", f"The order of the files does not fit: {reason}.")
    return known


def _mark(name: str) -> bytes:
    """Return by what names come in an order that looks like none, the same one each time the work is done anew."""
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Return a key by which numbers inside names sort as numbers."""
    runs = ("".join(letters) for _, letters in groupby(name, str.isdecimal))
    return [(0, int(run), "") if run.isdecimal() else (1, 0, run.casefold()) for run in runs]


def step_of(text: str) -> int:
    """Return the N of `step=N`; 0 for what is written otherwise."""
    word, equals, number = (part.strip() for part in text.partition("="))
    fits = word == "step" and equals and number.isascii() and number.isdecimal() and len(number) <= _DIGITS
    return int(number) if fits else 0


def _told(name: str, text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise _wrong(name, "This is no JSON.") from None


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(reason=message, fields=[{"path": field, "message": message}])
