"""Fetching a result file so that a cut connection costs nothing but time, and a wrong byte never goes unseen."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import httpx2

from jobyard.client.errors import Damaged, Unavailable
from jobyard.client.exchange import Call, Exchange
from jobyard.client.shapes import ResultFile

_CHUNK = 1024 * 1024


class Download:
    """One file on its way. What has arrived waits beside the target, under a name made from the checksum."""

    def __init__(self, exchange: Exchange, path: str, file: ResultFile, target: Path, *, overwrite: bool) -> None:
        self._exchange = exchange
        self._path = path
        self._file = file
        self._target = target / _plain(file.name) if target.is_dir() else target
        self._overwrite = overwrite
        self._part = self._target.with_name(f".{self._target.name}.{file.sha256[:16]}.part")
        self._hash = hashlib.sha256()

    def run(self, on_bytes: Callable[[int, int], None]) -> Path:
        """Fetch, check and put in place. Raises Damaged, Refusal, Unreachable, FileExistsError or OSError."""
        if self._stands():
            on_bytes(self._file.size, self._file.size)
            return self._target
        resumed = self._begun()
        self._fetch_all(resumed, on_bytes)
        if not self._whole() and resumed:
            # What the earlier try left may be what is wrong; one try begins from nothing.
            self._part.unlink()
            self._fetch_all(self._begun(), on_bytes)
        if not self._whole():
            self._part.unlink()
            raise Damaged(f"{self._file.name} arrived with another checksum than promised; nothing was kept.")
        self._part.replace(self._target)
        on_bytes(self._file.size, self._file.size)
        return self._target

    def _stands(self) -> bool:
        if not self._target.exists():
            return False
        with self._target.open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == self._file.sha256
        if not same and not self._overwrite:
            raise FileExistsError(f"{self._target} exists already")
        return same

    def _begun(self) -> int:
        """Return how many bytes an earlier try left, with their hash taken."""
        self._hash = hashlib.sha256()
        if not self._part.exists():
            return 0
        if self._part.stat().st_size > self._file.size:
            self._part.unlink()
            return 0
        with self._part.open("rb") as file:
            while chunk := file.read(_CHUNK):
                self._hash.update(chunk)
            return file.tell()

    def _fetch_all(self, done: int, on_bytes: Callable[[int, int], None]) -> None:
        patience = self._exchange.patience()
        while done < self._file.size:
            before = done
            try:
                done = self._fetch(done, on_bytes)
            except (httpx2.TransportError, Unavailable) as error:
                done = self._begun()
                if done > before:
                    patience.renew()
                patience.bear(error)

    def _fetch(self, done: int, on_bytes: Callable[[int, int], None]) -> int:
        headers = {"Range": f"bytes={done}-", "If-Range": f'"{self._file.sha256}"'} if done else {}
        # The file is fetched as it is: a compressed body would have other lengths and other ranges.
        call = Call(
            path=self._path,
            query={"attempt": self._file.attempt},
            headers={"Accept": "*/*", "Accept-Encoding": "identity", **headers},
        )
        with self._exchange.stream(call) as response:
            if response.status_code != 206:
                done, self._hash = 0, hashlib.sha256()
            with self._part.open("ab" if done else "wb") as part:
                for chunk in response.iter_raw():
                    part.write(chunk)
                    self._hash.update(chunk)
                    done += len(chunk)
                    on_bytes(min(done, self._file.size), self._file.size)
                part.flush()
                os.fsync(part.fileno())
        if done < self._file.size:
            raise httpx2.RemoteProtocolError("the file ended early")
        return done

    def _whole(self) -> bool:
        self._part.touch()
        return self._hash.hexdigest() == self._file.sha256 and self._part.stat().st_size == self._file.size


def _plain(name: str) -> str:
    if name in ("", ".", "..") or "/" in name or "\\" in name or not name.isprintable():
        raise Damaged(f"The house calls a result file {name!r}, which is no plain file name; say where to put it.")
    return name
