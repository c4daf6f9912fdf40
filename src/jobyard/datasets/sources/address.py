"""How a source is named: a folder by its absolute path, a stretch of a bucket as `s3://bucket/folder/`. Pure."""

from __future__ import annotations

import string
from collections.abc import Sequence

from msgspec import Struct

SCHEMES = ("s3", "obs")
"""What the address of a bucket begins with. Both mean the same: Huawei's OBS speaks the protocol of S3."""
PREFIX_LIMIT = 1_000
_ENDS = frozenset(string.ascii_letters + string.digits)
_MIDDLE = _ENDS | frozenset("._-")


class Stretch(Struct, frozen=True, kw_only=True):
    """A part of a bucket: all objects whose keys begin alike."""

    scheme: str
    bucket: str
    prefix: str = ""
    """Empty for the whole bucket; else it ends in a slash."""

    @property
    def address(self) -> str:
        """The source as it is kept."""
        return f"{self.scheme}://{self.bucket}/{self.prefix}"

    @property
    def place(self) -> str:
        """Bucket and prefix without the scheme, to be compared with others."""
        return f"{self.bucket}/{self.prefix}"


def is_bucket(source: str) -> bool:
    """Tell whether a source is meant to be a stretch of a bucket, well formed or not."""
    return source.startswith(tuple(f"{scheme}://" for scheme in SCHEMES))


def stretch(source: str) -> Stretch | None:
    """Return the stretch of a bucket that an address means; None when it means none."""
    scheme, found, rest = source.partition("://")
    bucket, _, prefix = rest.partition("/")
    if not found or scheme not in SCHEMES or not _is_name(bucket):
        return None
    prefix = f"{prefix}/" if prefix and not prefix.endswith("/") else prefix
    if len(prefix.encode("utf-8", "replace")) > PREFIX_LIMIT or not prefix.isprintable():
        return None
    if prefix and {"", ".", ".."}.intersection(prefix[:-1].split("/")):
        return None
    return Stretch(scheme=scheme, bucket=bucket, prefix=prefix)


def from_obs_path(path: str, roots: Sequence[str]) -> str:
    """Return the source that a path such as `/bucket/folder/` means to clients that know buckets alone.

    Where the path lies in one of the allowed roots it is that folder of this machine, and else a bucket.
    """
    if is_bucket(path):
        return path
    inside = any(path.rstrip("/") == root or path.startswith(root.rstrip("/") + "/") for root in roots)
    return path if inside or not path.startswith("/") else f"obs:/{path}"


def to_obs_path(source: str) -> str:
    """Return a source as a path such as `/bucket/folder/`, which `from_obs_path` turns back."""
    found = stretch(source)
    if found is not None:
        return f"/{found.place}"
    return source if source.endswith("/") else f"{source}/"


def _is_name(bucket: str) -> bool:
    if not 3 <= len(bucket) <= 63 or ".." in bucket:
        return False
    return _ENDS.issuperset((bucket[0], bucket[-1])) and _MIDDLE.issuperset(bucket)
