"""Work on datasets and collections as jobs: export, import, back up, restore, judge, merge, tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, Unpack

from jobyard.client.exchange import Exchange
from jobyard.client.jobs import Wishes
from jobyard.client.labelling import NewUpload, UploadPurpose
from jobyard.client.shapes import Job
from jobyard.client.uploads import OnBytes, kept_for_work, sent


class Work:
    """What may be asked of a dataset and of a collection alike."""

    what: ClassVar[Literal["dataset", "collection"]]

    def __init__(self, exchange: Exchange, submit: Callable[..., Job]) -> None:
        self._exchange = exchange
        self._submit = submit

    def export(
        self,
        id_: str,
        format_: str,
        *,
        pictures: bool = False,
        assignment: int | None = None,
        file: str = "",
        **wishes: Unpack[Wishes],
    ) -> Job:
        """Submit the job that writes what is said in a format, with its pictures where that is wanted.

        `assignment` narrows a dataset to one of its assignments; `file` is what the result shall be called.
        """
        parameters = {self.what: id_, "format": format_, "pictures": pictures, "file": file}
        return self._submit("dataset.export", _said(parameters, assignment=assignment), **wishes)

    def backup(self, id_: str, *, lightweight: bool = False, file: str = "", **wishes: Unpack[Wishes]) -> Job:
        """Submit the job that writes everything into one archive; lightweight says only where the pictures are."""
        return self._submit("backup.export", {self.what: id_, "lightweight": lightweight, "file": file}, **wishes)

    def restore(self, file: Path, *, on_bytes: OnBytes | None = None, **wishes: Unpack[Wishes]) -> Job:
        """Send a backup in and submit the job that restores it; the result says what was made. Raises OSError."""
        upload = self._sent(file, "backup", on_bytes)
        parameters = {"upload": upload, "what": self.what, "project": wishes.get("project")}
        return self._work_on([upload], "backup.import", _said(parameters), wishes)

    def quality(self, id_: str, *, rules: dict[str, Any] | None = None, **wishes: Unpack[Wishes]) -> Job:
        """Submit the job that compares what is said with the ground truth."""
        return self._submit("quality.calculate", _said({self.what: id_}, rules=rules), **wishes)

    def report(
        self,
        id_: str | None = None,
        *,
        assignment: int | None = None,
        user: str | None = None,
        since: int | None = None,
        until: int | None = None,
        **wishes: Unpack[Wishes],
    ) -> Job:
        """Submit the job that tells who annotated how much; without an id whatever you did anywhere.

        Times are microseconds since 1970.
        """
        said = {"assignment": assignment, "user": user, "since": since, "until": until}
        return self._submit("events.report", _said({self.what: id_}, **said), **wishes)

    def _sent(self, file: Path, purpose: UploadPurpose, on_bytes: OnBytes | None, name: str = "", **on: Any) -> str:
        wish = NewUpload(purpose=purpose, name=name or file.name, length=file.stat().st_size, **on)
        return sent(self._exchange, file, wish, on_bytes)

    def _work_on(self, uploads: Sequence[str], kind: str, parameters: dict[str, Any], wishes: Wishes) -> Job:
        with kept_for_work(self._exchange, uploads):
            return self._submit(kind, parameters, **wishes)


class DatasetWork(Work):
    """What may be asked of a dataset alone."""

    what = "dataset"

    def import_annotations(
        self,
        id_: str,
        file: Path,
        format_: str,
        *,
        mode: Literal["replace", "append"] = "replace",
        masks_to_polygons: bool = False,
        assignment: int | None = None,
        on_bytes: OnBytes | None = None,
        **wishes: Unpack[Wishes],
    ) -> Job:
        """Send a file in and submit the job that reads annotations from it: all of them, or none. Raises OSError."""
        upload = self._sent(file, "annotations", on_bytes, dataset=id_, assignment=assignment)
        parameters = {
            "dataset": id_,
            "upload": upload,
            "format": format_,
            "mode": mode,
            "masks_to_polygons": masks_to_polygons,
        }
        return self._work_on([upload], "dataset.import", _said(parameters, assignment=assignment), wishes)

    def fill(
        self,
        id_: str,
        pictures: Sequence[Path],
        *,
        on_bytes: Callable[[Path, int, int], None] | None = None,
        **wishes: Unpack[Wishes],
    ) -> Job:
        """Send pictures or archives of them in and submit the job that takes them into a dataset without a source.

        Raises OSError, and Conflict for a dataset that has pictures already.
        """
        uploads = list[str]()
        with kept_for_work(self._exchange, uploads):
            for file in pictures:
                heard = None if on_bytes is None else _heard(on_bytes, file)
                uploads.append(self._sent(file, "pictures", heard, dataset=id_))
            group = uploads[0].partition("/")[0] if uploads else ""
            return self._submit("dataset.create", {"dataset": id_, "upload": group}, **wishes)

    def merge(
        self, id_: str, *, assignment: int | None = None, rules: dict[str, Any] | None = None, **wishes: Unpack[Wishes]
    ) -> Job:
        """Submit the job that makes one truth of what the replicas say, of one assignment or of all."""
        parameters = _said({"dataset": id_}, assignment=assignment, rules=rules)
        return self._submit("consensus.merge", parameters, **wishes)


class CollectionWork(Work):
    """What may be asked of a collection alone."""

    what = "collection"

    def import_dataset(
        self, id_: str, file: Path, format_: str, *, on_bytes: OnBytes | None = None, **wishes: Unpack[Wishes]
    ) -> Job:
        """Send an archive in and submit the job that makes a dataset of its pictures and labels. Raises OSError."""
        upload = self._sent(file, "archive", on_bytes, collection=id_)
        parameters = {"collection": id_, "upload": upload, "format": format_}
        return self._work_on([upload], "dataset.import", parameters, wishes)


def _heard(on_bytes: Callable[[Path, int, int], None], file: Path) -> OnBytes:
    return lambda done, total: on_bytes(file, done, total)


def _said(parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return parameters without those that nobody said."""
    return {name: value for name, value in {**parameters, **more}.items() if value is not None}
