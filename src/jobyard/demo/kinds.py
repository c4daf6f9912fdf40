"""A kind of work as anybody's package may add one: it looks at pictures for as long as it is told."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta, Struct

from jobyard.job.record import Resource
from jobyard.kinds import Context, Kind, Registry


class Study(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a study is told."""

    folder: str
    """The folder with the pictures."""
    seconds: Annotated[float, Meta(ge=0, le=3600)] = 240.0
    """About how long it shall take, so that there is something to watch."""


class StudyColours(Kind):
    """Measures the mean colour of each picture, strip by strip, telling how far it is."""

    name: ClassVar[str] = "demo.study"
    title: ClassVar[str] = "Study the colours of pictures"
    Parameters = Study
    tries: ClassVar[int] = 2

    @classmethod
    def resource(cls, parameters: Any) -> Resource | None:
        """Return the folder."""
        return Resource(type="folder", id=parameters.folder, name=Path(parameters.folder).name)

    def run(self, parameters: Study, context: Context) -> dict[str, Any]:
        """Return {"pictures": ...} and leave the colours in `colours.json`."""
        from PIL import Image, ImageStat

        paths = sorted(path for path in Path(parameters.folder).iterdir() if path.suffix in (".png", ".jpg"))
        steps, done = len(paths) * _STRIPS, 0
        colours = dict[str, list[float]]()
        for path in paths:
            try:
                with Image.open(path) as picture:
                    whole = picture.convert("RGB")
            except FileNotFoundError:
                context.log(f"{path.name} is gone meanwhile")
                done += _STRIPS
                context.progress(done, steps, path.name)
                continue
            for strip in range(_STRIPS):
                top, bottom = (whole.height * at // _STRIPS for at in (strip, strip + 1))
                mean = ImageStat.Stat(whole.crop((0, top, whole.width, max(bottom, top + 1)))).mean
                colours.setdefault(path.name, [0.0, 0.0, 0.0])
                colours[path.name] = [old + new / _STRIPS for old, new in zip(colours[path.name], mean, strict=True)]
                done += 1
                context.progress(done, steps, path.name)
                self._rest(parameters.seconds / steps, context)
            context.log(f"{path.name}: {', '.join(f'{value:.0f}' for value in colours[path.name])}")
        rounded = {name: [round(value, 1) for value in mean] for name, mean in colours.items()}
        context.result_file("colours.json", "application/json").write_bytes(msgspec.json.encode(rounded))
        return {"pictures": len(colours)}

    def _rest(self, seconds: float, context: Context) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            context.check()
            time.sleep(min(left, 0.2))


_STRIPS = 20
KINDS: tuple[type[Kind], ...] = (*Registry.installed(), StudyColours)
"""All that the demo's server and workers can do."""
