"""Import, export, backup, quality, consensus and reports from the command line, in a real house."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image

from tests.cli.running import RunningHouse

BOX = [1.0, 2.0, 11.0, 12.0]


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Pictures to send in."""
    paths = [tmp_path / f"p{place}.png" for place in range(3)]
    for place, path in enumerate(paths):
        Image.new("RGB", (40, 30), (place, 0, 0)).save(path)
    return [str(path) for path in paths]


def coco(folder: Path, label: str = "cat") -> str:
    """Write a document with one box in the second picture."""
    images = [{"id": place + 1, "width": 40, "height": 30, "file_name": f"p{place}.png"} for place in range(3)]
    box = {"id": 1, "image_id": 2, "category_id": 1, "bbox": [1, 2, 10, 10], "segmentation": [], "iscrowd": 0}
    document = {"images": images, "categories": [{"id": 1, "name": label}], "annotations": [box]}
    path = folder / f"{label}.json"
    path.write_bytes(msgspec.json.encode(document))
    return str(path)


def shapes(house: RunningHouse, dataset: str) -> list[list[Any]]:
    """Return what is said of a dataset."""
    said = house.call("datasets", "annotations", dataset, "--json").json
    return [[one["frame"], one["points"]] for one in said["shapes"]]


def test_a_dataset_goes_out_and_comes_back(house: RunningHouse, files: list[str], tmp_path: Path) -> None:
    made = house.call("datasets", "create", "sent", "--label", "cat", "--json").json
    assert made["source"] != "" and made["samples"] == 0
    filled = house.call("datasets", "fill", "sent", *files, "--wait", "--json").json
    assert (filled["state"], filled["result"]["frames"]) == ("succeeded", 3)
    assert house.call("datasets", "fill", "sent", *files).code == 3
    read = house.call("datasets", "import", "sent", coco(tmp_path), "--format", "COCO 1.0", "--wait", "--json")
    assert read.json["result"]["annotations"] == 1 and shapes(house, "sent") == [[1, BOX]]
    wrong = house.call("datasets", "import", "sent", coco(tmp_path, "dog"), "-f", "COCO 1.0", "--wait")
    assert wrong.code == 1 and "dog" in wrong.out and shapes(house, "sent") == [[1, BOX]]
    assert house.call("datasets", "import", "sent", str(tmp_path / "none.json"), "-f", "COCO 1.0").code == 2
    unknown = house.call("datasets", "import", "sent", coco(tmp_path), "-f", "Nonsense 7", "--wait")
    assert unknown.code != 0 and "Nonsense 7" in unknown.out + unknown.err
    out = tmp_path / "out.zip"
    assert house.call("datasets", "export", "sent", "-f", "YOLO 1.1", "--pictures", "--to", str(out)).code == 0
    assert "obj_train_data/p1.txt" in zipfile.ZipFile(out).namelist()
    backup = tmp_path / "backup.zip"
    assert house.call("datasets", "backup", "sent", "--to", str(backup)).code == 0
    house.call("datasets", "delete", "sent")
    restored = house.call("datasets", "restore", str(backup), "--wait", "--json").json
    assert restored["result"]["number"] > made["number"]
    assert shapes(house, f"#{restored['result']['number']}") == [[1, BOX]]


def test_collections_take_in_whole_datasets(house: RunningHouse, files: list[str], tmp_path: Path) -> None:
    zoo = house.call("collections", "create", "zoo", "--label", "cat", "--json").json
    assert house.call("datasets", "create", "first", "--collection", "zoo").code == 0
    house.call("datasets", "fill", "first", *files, "--wait")
    house.call("datasets", "import", "first", coco(tmp_path), "-f", "COCO 1.0", "--wait")
    out = tmp_path / "zoo.zip"
    words = ("datasets", "export", "zoo", "--collection", "-f", "COCO 1.0", "--pictures", "--to", str(out))
    assert house.call(*words).code == 0
    read = house.call("datasets", "import", "zoo", str(out), "--collection", "-f", "COCO 1.0", "--wait", "--json")
    assert (read.json["result"]["pictures"], read.json["result"]["annotations"]) == (3, 1)
    assert house.call("datasets", "import", "zoo", str(out), "--collection", "--append", "-f", "COCO 1.0").code == 2
    backup = tmp_path / "back.zip"
    assert house.call("datasets", "backup", "zoo", "--collection", "--lightweight", "--to", str(backup)).code == 0
    restored = house.call("datasets", "restore", str(backup), "--collection", "--wait", "--json").json
    assert restored["result"]["number"] > zoo["number"]
    assert [one["name"] for one in house.call("collections", "list", "--json").json].count("zoo") == 1
    assert "zoo" in house.call("collections", "list").out
    assert house.call("collections", "delete", "zoo").code == 0
    assert house.call("datasets", "show", "first").code == 3


def test_judging_says_what_is_missing_and_reports_tell(house: RunningHouse, files: list[str], tmp_path: Path) -> None:
    house.call("datasets", "create", "judged", "--label", "cat")
    house.call("datasets", "fill", "judged", *files, "--wait")
    quality = house.call("datasets", "quality", "judged", "--rule", "iou_threshold=0.5", "--wait")
    assert quality.code == 1 and "ground truth" in quality.out
    assert house.call("datasets", "quality", "judged", "--rule", "iou_threshold=7").code == 3
    assert house.call("datasets", "quality", "judged", "--rule", "x").code == 2
    consensus = house.call("datasets", "consensus", "judged", "--wait")
    assert consensus.code == 1 and "replicas" in consensus.out
    told = tmp_path / "told"
    assert house.call("datasets", "report", "judged", "--since", "2020-01-01", "--to", str(told)).code == 0
    assert {path.name for path in told.iterdir()} == {"events.csv", "summary.json"}
    assert "COCO 1.0" in house.call("datasets", "formats").out
    assert house.call("datasets", "formats", "--json").json["exports"]
