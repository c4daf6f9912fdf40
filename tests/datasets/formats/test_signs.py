"""What each reader says of an archive in another format, and of files that have none of its parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.datasets.formats.registry import EXPORTERS, IMPORTERS, exporter, importer
from jobyard.job.errors import FileBroken
from tests.datasets.formats import drawn, zips
from tests.datasets.formats.drawn import rectangle

PAIRS = [
    (one.name, other.name)
    for one in EXPORTERS
    for other in IMPORTERS
    if one.name.replace("CVAT for images 1.1", "CVAT 1.1") != other.name
]


@pytest.mark.parametrize("pictures", [False, True])
@pytest.mark.parametrize(("written", "read"), PAIRS)
def test_another_formats_archive_is_told_apart(tmp_path: Path, written: str, read: str, pictures: bool) -> None:
    items = [drawn.item(0, "a.png", rectangle()), drawn.item(1, "b/c.png", subset="val")]
    archive, _ = drawn.write(exporter(written).write, tmp_path, items, pictures=pictures)
    with pytest.raises(FileBroken) as caught:
        drawn.read(importer(read).read, archive)
    sentence = caught.value.sentence
    assert sentence.startswith(f"The archive cannot be read: it is not in {read}, since ")
    assert sentence.endswith(f"; it looks like {written.replace('CVAT for images 1.1', 'CVAT 1.1')}.")


@pytest.mark.parametrize("read", [one.name for one in IMPORTERS])
def test_pictures_alone_look_like_nothing(tmp_path: Path, read: str) -> None:
    path = zips.archive(tmp_path / "a.zip", [("a.png", drawn.png()), ("b/c.png", drawn.png())])
    with pytest.raises(FileBroken, match=f"not in {read}, since .*[^;]") as caught:
        drawn.read(importer(read).read, path)
    assert "looks like" not in caught.value.sentence


ELSEWHERE = {
    "YOLO 1.1": {"obj.names": b"car\n", "labels/a.txt": b"0 0 0 1 1"},
    "Ultralytics YOLO Detection 1.0": {"data.yaml": b"names: [car]", "train/labels/a.txt": b"0 0 0 1 1"},
}


@pytest.mark.parametrize("read", ELSEWHERE)
def test_lines_that_lie_elsewhere_are_not_taken_for_nothing(tmp_path: Path, read: str) -> None:
    path = zips.archive(tmp_path / "a.zip", ELSEWHERE[read].items())
    with pytest.raises(FileBroken, match="none of its pictures and lines lies in a folder"):
        drawn.read(importer(read).read, path)


DOCUMENTS = {
    "object": ("COCO 1.0", b"{}", "no list of images"),
    "other object": ("COCO 1.0", b'{"a": [1], "annotations": [], "categories": []}', "no list of images"),
    "list": ("COCO 1.0", b'[{"image_id": 1}]', "no JSON object"),
    "nothing": ("COCO 1.0", b" ", "it is empty"),
    "xml": ("COCO 1.0", b"<annotations/>", "no JSON object"),
    "others": ("CVAT 1.1", b"<annotations><object/></annotations>", "no document of CVAT"),
    "json": ("CVAT 1.1", b'{"images": []}', "no whole XML"),
}


@pytest.mark.parametrize("case", DOCUMENTS)
def test_a_document_without_the_formats_parts_is_refused(tmp_path: Path, case: str) -> None:
    read, content, reason = DOCUMENTS[case]
    (tmp_path / "sent").write_bytes(content)
    with pytest.raises(FileBroken, match=r"^annotations\.(json|xml) cannot be read: ") as caught:
        drawn.read(importer(read).read, tmp_path / "sent")
    assert reason in caught.value.sentence
