"""`jobyard datasets`, and what the house is made of."""

from __future__ import annotations

import os

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
