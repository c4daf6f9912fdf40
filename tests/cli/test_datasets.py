"""`jobyard datasets`, and what the house is made of."""

from __future__ import annotations

import os

import msgspec

from tests.cli.running import RunningHouse

NASTY = b"\x1b[2Jevil\xff.txt"


def test_a_folder_becomes_a_dataset(house: RunningHouse) -> None:
    folder = house.sources / "streets"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text("x" * number)
    made = house.cli("datasets", "create", "streets", str(folder), "--json").json
    assert made["samples"] == 0 and made["synced_at"] is None
    assert "never" in house.call("datasets", "list").out
    synced = house.cli("datasets", "sync", "streets", "--wait", "--json")
    assert (synced.code, synced.json["result"]["added"]) == (0, 3)
    (folder / "0.txt").unlink()
    (folder / "1.txt").write_text("changed")
    again = house.call("datasets", "sync", made["id"], "--wait", "--json").json["result"]
    assert (again["added"], again["changed"], again["deleted"]) == (0, 1, 1)
    shown = house.call("datasets", "show", f"#{made['number']}", "--json").json
    assert shown["samples"] == 2 and shown["last_job"]
    lines = house.call("datasets", "samples", "streets", "--json").lines
    assert [line["path"] for line in lines] == ["1.txt", "2.txt"]
    cut = house.call("datasets", "samples", "streets", "--limit", "1")
    assert "1.txt" in cut.out and "2.txt" not in cut.out and "--limit 0" in cut.err
    submitted = house.call("datasets", "sync", "streets")
    assert submitted.out.startswith("job ")


def test_an_emptied_folder_is_only_believed_when_that_was_said(house: RunningHouse) -> None:
    folder = house.sources / "emptied"
    folder.mkdir()
    (folder / "a").write_text("a")
    house.call("datasets", "create", "emptied", str(folder))
    house.call("datasets", "sync", "emptied", "--wait")
    (folder / "a").unlink()
    refused = house.call("datasets", "sync", "emptied", "--wait", "--json", "-p", "allow_empty=false")
    assert (refused.code, refused.json["state"]) == (1, "failed")
    believed = house.call("datasets", "sync", "emptied", "--wait", "--json", "-p", "allow_empty=true")
    assert (believed.code, believed.json["result"]["deleted"]) == (0, 1)


def test_a_dataset_is_labelled_changed_and_forgotten(house: RunningHouse) -> None:
    folder = house.sources / "labelled"
    folder.mkdir()
    for name in ("1.jpg", "2.jpg"):
        (folder / name).touch()
    flags = ("--purpose", "image_classification", "--description", "Cats", "--label", "cat", "--no-read-labels")
    made = house.cli("datasets", "create", "labelled", str(folder), *flags, "--json").json
    assert (made["purpose"], made["description"], made["read_labels"]) == ("image_classification", "Cats", False)
    assert house.call("datasets", "create", "x", str(folder), "--purpose", "cooking").code == 2
    house.call("datasets", "sync", "labelled", "--wait")
    assert "1.jpg" not in house.call("datasets", "samples", "labelled", "--labelled").out
    refused = house.call("datasets", "tag", "labelled", "1.jpg", "--label", "dog")
    assert refused.code == 3 and "There is no label dog." in refused.err
    assert house.call("datasets", "tag", "labelled", "1.jpg", "-l", "cat", "-l", "dog", "--new").code == 0
    assert house.call("datasets", "tag", "labelled", "nothing.jpg").code == 3
    assert [one["path"] for one in house.call("datasets", "samples", "labelled", "--label", "dog", "--json").lines] == [
        "1.jpg"
    ]
    told = house.call("datasets", "labels", "labelled")
    assert "dog" in told.out and "1 of 2 samples are labelled." in told.err
    renamed = house.call(
        "datasets", "relabel", "labelled", "--add", "cow", "--rename", "dog=wolf", "--delete", "cat", "--json"
    )
    assert [label["name"] for label in renamed.json] == ["wolf", "cow"]
    assert house.call("datasets", "relabel", "labelled", "--rename", "x").code == 2
    assert house.call("datasets", "relabel", "labelled", "--delete", "x").code == 3


def test_annotations_come_from_files_and_samples_are_forgotten(house: RunningHouse) -> None:
    folder = house.sources / "annotated"
    folder.mkdir()
    for name in ("1.jpg", "2.jpg"):
        (folder / name).touch()
    house.call("datasets", "create", "annotated", str(folder), "--label", "wolf")
    house.call("datasets", "sync", "annotated", "--wait")
    [use] = house.call("datasets", "labels", "annotated", "--json").json["labels"]
    revision = house.folder / "revision.json"
    tag = {"frame": 1, "label": use["label"]["number"]}
    revision.write_bytes(msgspec.json.encode({"add": {"tags": [tag]}}))
    added = house.call("datasets", "annotate", "annotated", str(revision)).json
    assert house.call("datasets", "annotations", "annotated", "--first", "1").json == added
    revision.write_text("{")
    assert house.call("datasets", "annotate", "annotated", str(revision)).code == 2
    [sync] = house.call("datasets", "syncs", "annotated", "--json").json
    assert (sync["added"], sync["listed"]) == (2, 2)
    assert "ADDED" in house.call("datasets", "syncs", "annotated").out
    assert house.call("datasets", "forget", "annotated", "2.jpg").code == 0
    kept = house.call("datasets", "forget", "annotated", "1.jpg", "--delete-source")
    assert kept.code == 3 and "source-deletes" in kept.err
    assert house.call("datasets", "change", "annotated", "--name", "renamed", "--description", "Wolves").code == 0
    assert "Wolves" in house.call("datasets", "show", "renamed").out
    assert house.call("datasets", "delete", "renamed").code == 0
    assert house.call("datasets", "show", "renamed").code == 3 and (folder / "2.jpg").exists()


def test_names_of_files_are_shown_and_never_obeyed(house: RunningHouse) -> None:
    folder = house.sources / "nasty"
    folder.mkdir()
    (folder / os.fsdecode(NASTY)).write_text("x")
    house.call("datasets", "create", "nasty", str(folder))
    assert house.call("datasets", "sync", "nasty", "--wait").code == 0
    for told in (house.call("datasets", "samples", "nasty"), house.call("datasets", "samples", "nasty", "--json")):
        assert told.code == 0, told.err
        assert "\x1b" not in told.out and "evil" in told.out


def test_a_folder_that_is_not_allowed_is_refused(house: RunningHouse) -> None:
    told = house.call("datasets", "create", "passwords", "/etc")
    assert told.code == 3 and "/etc" in told.err
    assert house.call("datasets", "show", "passwords").code == 3


def test_the_house_tells_what_it_is_made_of(house: RunningHouse) -> None:
    assert {"command.run", "dataset.sync"} <= {kind["name"] for kind in house.call("kinds", "--json").json}
    assert "dataset.sync" in house.call("kinds").out
    assert any(worker["alive"] for worker in house.call("workers", "--json").json)
    assert "alive" in house.call("workers").out
    assert "default" in house.call("queues").out
