"""Which pictures there are, found again by the names that other programs write for them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from posixpath import splitext

from msgspec import Struct

from jobyard.datasets.formats.speech import told
from jobyard.job.errors import FileBroken, UnknownFrame

_SEVERAL = -1
"""Stands for a short name that several pictures share."""


class Frame(Struct, frozen=True, kw_only=True, gc=False):
    """A picture's place and measures."""

    number: int
    """Its sample's number less one."""
    name: str
    """Its path within the dataset, with `/` between folders."""
    width: int = 0
    """Pixels of the picture as it is shown upright; 0 where nobody looked."""
    height: int = 0
    subset: str = ""
    """The part it belongs to, such as `train`; empty for none."""


class Frames:
    """The pictures by name. Open ones take in every name they hear; closed ones refuse those they do not know."""

    def __init__(self, frames: Iterable[Frame] = (), *, growing: bool = False) -> None:
        self._growing = growing
        self._by_name: dict[str, Frame] = {}
        self._short: dict[str, int] | None = None
        for frame in frames:
            self._by_name[frame.name] = frame
        self._numbers = count(max((frame.number for frame in self._by_name.values()), default=-1) + 1)
        self._by_number: dict[int, Frame] | None = None

    @property
    def growing(self) -> bool:
        """Whether new names are taken in."""
        return self._growing

    def __len__(self) -> int:
        return len(self._by_name)

    def numbered(self, number: int, file: str) -> Frame:
        """Return the picture of a number. Raises UnknownFrame."""
        if self._by_number is None or len(self._by_number) != len(self._by_name):
            self._by_number = {frame.number: frame for frame in self._by_name.values()}
        try:
            return self._by_number[number]
        except KeyError:
            raise UnknownFrame(file=file, name=f"frame {number}") from None

    def named(self, name: str, file: str, heard: Frame | None = None) -> Frame:
        """Return the picture of a name: exactly so, else without its ending, else without the folders before it.

        `heard` is what the file says of a picture that is not known yet. Raises UnknownFrame, also where a short name
        would fit several pictures.
        """
        frame = self._by_name.get(name)
        if frame is not None:
            return frame
        if self._growing:
            return self._grown(name, heard)
        return self._nearly(name, file)

    def _grown(self, name: str, heard: Frame | None) -> Frame:
        number = next(self._numbers)
        if heard is None:
            frame = Frame(number=number, name=name)
        else:
            frame = Frame(number=number, name=name, width=heard.width, height=heard.height, subset=heard.subset)
        self._by_name[name] = frame
        return frame

    def _nearly(self, name: str, file: str) -> Frame:
        if self._short is None:
            self._short = self._shortened()
        for wanted in _tails(name):
            found = self._short.get(wanted)
            if found == _SEVERAL:
                break
            if found is not None:
                return self.numbered(found, file)
        raise UnknownFrame(file=file, name=told(name))

    def _shortened(self) -> dict[str, int]:
        short = dict[str, int]()
        for frame in self._by_name.values():
            for name in _tails(frame.name):
                known = short.setdefault(name, frame.number)
                if known != frame.number:
                    short[name] = _SEVERAL
        return short


class Once:
    """Refuses a file that speaks of one picture twice."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._seen = set[int]()

    def look(self, frame: Frame) -> None:
        """Note a picture. Raises FileBroken when it was noted before."""
        if frame.number in self._seen:
            raise FileBroken(file=self._file, reason=f"it speaks of {told(frame.name)} twice")
        self._seen.add(frame.number)

    def seen(self, frame: Frame) -> bool:
        """Tell whether a picture was noted."""
        return frame.number in self._seen


def _tails(name: str) -> Iterable[str]:
    """Yield a name without its ending, then what is left of both when the folders before it are taken away."""
    stem = splitext(name)[0]
    yield stem
    for text in (name, stem):
        _, slash, rest = text.partition("/")
        while slash:
            yield rest
            _, slash, rest = rest.partition("/")
