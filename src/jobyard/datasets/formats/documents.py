"""Reading large JSON that somebody sent: the elements of the lists at its top, one at a time."""

from __future__ import annotations

import codecs
import json
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, BinaryIO, NoReturn, Protocol

import msgspec

from jobyard.datasets.formats.speech import told
from jobyard.job.errors import FileBroken

_CHUNK = 1 << 18
_LARGEST = 1 << 24
"""Characters of the largest single element."""
_LOOKS, _GAP = 16, 64
"""How often the end of an object is looked for, and how far behind it the next one may begin."""
_BLANK = " \t\r\n"
_AFTER = frozenset({",", ":", "]", "}", *_BLANK})


class Quick(Protocol):
    """Reads many elements of a list at once, where they have the shape that most have; else raises MsgspecError."""

    def __call__(self, text: str, /) -> list[Any]:
        """Return the elements of a list that is written as JSON."""


_NO_QUICK: Mapping[str, Quick] = MappingProxyType({})
_NONE_NEEDED: Mapping[str, str] = MappingProxyType({})


def several(
    stream: BinaryIO,
    file: str,
    wanted: Collection[str],
    quick: Mapping[str, Quick] = _NO_QUICK,
    needed: Mapping[str, str] = _NONE_NEEDED,
) -> Iterator[tuple[str, list[Any]]]:
    """Yield the elements of the wanted lists of a JSON object, some at a time, with their list's name.

    Where a list has somebody `quick`, what that reads comes in its shapes, and the others as they are.
    Raises FileBroken for what is no JSON, no object, or holds no list where one is wanted; and for an object that lacks
    a list that is needed, with what stands behind that one's name.
    """
    text = _Text(stream, file)
    text.begin()
    first, lacking = True, dict(needed)
    while not text.follows("}"):
        if not first:
            text.take(",")
            text.follows("")
        first = False
        name = text.value()
        if not isinstance(name, str):
            text.broken("a name is no text")
        text.take(":")
        lacking.pop(name, None)
        if text.follows("["):
            yield from _list(text, name, quick.get(name), is_wanted=name in wanted)
        elif name in wanted:
            text.broken(f"{told(name)} is no list")
        else:
            text.value()
    text.take("}")
    text.finish()
    for reason in lacking.values():
        text.broken(reason)


def _list(text: _Text, name: str, quick: Quick | None, *, is_wanted: bool) -> Iterator[tuple[str, list[Any]]]:
    text.take("[")
    if text.follows("]"):
        text.take("]")
        return
    for found in text.elements(quick):
        if is_wanted:
            yield name, found


class _Text:
    """The part of the document that is at hand, and a place in it."""

    def __init__(self, stream: BinaryIO, file: str) -> None:
        self._stream = stream
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._scan = json.JSONDecoder(parse_constant=self._no_number).raw_decode
        self._text = ""
        self._at = 0
        self._ended = False
        self._one_by_one = 0
        """Up to here nothing is read quickly."""

    def broken(self, reason: str) -> NoReturn:
        """Raise what is wrong."""
        raise FileBroken(file=self._file, reason=reason)

    def follows(self, character: str) -> bool:
        """Go on to the next character that is not blank and tell whether it is this one."""
        while True:
            text, at = self._text, self._at
            while at < len(text) and text[at] in _BLANK:
                at += 1
            self._at = at
            if at < len(text):
                return text[at] == character
            if not self._more(_CHUNK):
                return False

    def begin(self) -> None:
        """Step into the object that the document must be."""
        if not self.follows("{"):
            self.broken("it is no JSON object" if self._text else "it is empty")
        self._at += 1

    def take(self, character: str) -> None:
        """Step over the next character, which must be this one."""
        if self._text[self._at : self._at + 1] != character and not self.follows(character):
            self.broken(f"it is no whole JSON: {character} is missing")
        self._at += 1

    def elements(self, quick: Quick | None) -> Iterator[list[Any]]:
        """Step over the elements of a list and yield some at a time: those that are read quickly come by themselves."""
        while True:
            if quick is not None and self._at >= self._one_by_one:
                found = self._several(quick)
                if found:
                    yield found
            if self._text[self._at : self._at + 1] in _BLANK:
                self.follows("")
            try:
                value, end = self._scan(self._text, self._at)
            except (ValueError, RecursionError):
                end = -1
            if end >= 0 and self._text[end : end + 1] == ",":
                self._at = end + 1
                yield [value]
                continue
            yield [self.value()]
            if self.ends_list():
                return

    def _several(self, quick: Quick) -> list[Any]:
        """Step over all objects of a list that are whole at hand, the last one apart, and return them.

        There are none where they are not what `quick` reads; then they come one by one.
        """
        end = self._end_of_several()
        if end > self._at:
            try:
                found = quick(f"[{self._text[self._at : end]}]")
            except (msgspec.MsgspecError, RecursionError):
                self._one_by_one = end
                return []
            self._at = end + 1
            self._one_by_one = len(self._text)
            return found
        self._one_by_one = len(self._text)
        return []

    def _end_of_several(self) -> int:
        """Return where an object ends behind which another one seems to begin; before the place at hand for none."""
        text, end = self._text, len(self._text)
        for _ in range(_LOOKS):
            end = text.rfind("},", self._at, end)
            behind = text[end + 2 : end + 2 + _GAP].lstrip(_BLANK)
            if end < 0 or behind.startswith("{"):
                return end + 1 if end >= 0 else -1
        return -1

    def ends_list(self) -> bool:
        """Step over what stands behind an element of a list; tell whether it was the last one."""
        if self._text[self._at : self._at + 1] == "," or not self.follows("]"):
            self.take(",")
            return False
        self._at += 1
        return True

    def value(self) -> Any:
        """Step over the next value and return it."""
        if self._text[self._at : self._at + 1] != "{":
            self.follows("")
        wanted = _CHUNK
        while True:
            try:
                value, end = self._scan(self._text, self._at)
            except (ValueError, RecursionError) as error:
                if isinstance(error, ValueError) and len(self._text) - self._at < _LARGEST and self._more(wanted):
                    wanted *= 2
                    continue
                self.broken(f"it is no whole JSON: {told(str(error))}")
            # A number at the end of what is at hand may go on behind it.
            if self._text[end : end + 1] not in _AFTER and self._more(wanted):
                continue
            self._at = end
            return value

    def finish(self) -> None:
        """Raise FileBroken when anything but blanks is left."""
        self.follows("")
        if self._at < len(self._text):
            self.broken("something stands behind its end")

    def _more(self, size: int) -> bool:
        if self._ended:
            return False
        chunk = self._stream.read(size)
        self._ended = not chunk
        try:
            new = self._decoder.decode(chunk, final=self._ended)
        except UnicodeDecodeError:
            self.broken("it is not in UTF-8")
        self._text = self._text[self._at :] + new
        self._at = self._one_by_one = 0
        return True

    def _no_number(self, word: str) -> NoReturn:
        self.broken(f"{word} is no number")
