"""The job kind `dataset.create`: bring the pictures that were sent in to their place, and divide them among people."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from jobyard.datasets.messages import packed, unpacked
from jobyard.datasets.work import options as ordering
from jobyard.datasets.work.incoming import Incoming, gathered
from jobyard.datasets.work.messages import PICTURES_AT_ONCE, Brought, Division, Emptied, Pictures
from jobyard.datasets.work.options import OPTIONS_FILE, Options
from jobyard.datasets.work.parameters import CreateParameters
from jobyard.job.errors import Invalid
from jobyard.kinds import Context, Kind


class DatasetCreate(Kind):
    """Takes pictures in. All of them become frames, or none do."""

    name: ClassVar[str] = "dataset.create"
    title: ClassVar[str] = "Create a dataset from pictures"
    Parameters = CreateParameters

    def run(self, parameters: CreateParameters, context: Context) -> dict[str, Any]:
        """Return how many frames there are. Raises FileBroken, ArchiveRefused or Invalid naming the offender."""
        emptied = unpacked(context.call("work.fill"), Emptied)
        folder, sent = Path(emptied.folder), Path(emptied.sent)
        options = _options(sent / OPTIONS_FILE)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        try:
            with gathered(sent, emptied.roots, options) as coming:
                brought = _bring(coming, options, folder, context)
            os.sync()
            _hand_over(brought, options, context)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        shutil.rmtree(sent, ignore_errors=True)
        size = sum(one.size for one in brought)
        context.log(f"Took in {len(brought):,} pictures with {size:,} bytes.")
        return {"frames": len(brought), "size": size}


def _options(path: Path) -> Options:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Options)
    except FileNotFoundError:
        return Options()


def _bring(coming: list[Incoming], options: Options, folder: Path, context: Context) -> list[Brought]:
    """Put the pictures that become frames in their place, in the order of the frames."""
    names = [one.name for one in coming]
    order = ordering.chosen(ordering.ordered(names, options), options)
    if not order:
        raise Invalid(reason="No pictures are left to take in.")
    brought, room = list[Brought](), shutil.disk_usage(folder).free
    if sum(coming[place].size for place in order if not coming[place].linkable) > room:
        raise Invalid(reason=f"The pictures need more than the {room:,} bytes that are free.")
    for done, place in enumerate(order):
        one = coming[place]
        context.progress(done, len(order), one.name)
        brought.append(one.bring(folder))
    context.progress(len(order), len(order))
    return brought


def _hand_over(brought: list[Brought], options: Options, context: Context) -> None:
    names = [one.path.decode("utf-8", "surrogateescape") for one in brought]
    parts = ordering.ranges(len(brought), names, options)
    truth = options.validation_params
    frames = [] if truth is None else ordering.ground_truth(truth, names, parts)
    for first in range(0, len(brought), PICTURES_AT_ONCE):
        batch = Pictures(first=first, pictures=brought[first : first + PICTURES_AT_ONCE])
        context.call("work.pictures", packed(batch))
    context.call("work.divide", packed(Division(parts=parts, replicas=options.replicas, truth=frames)))
