"""`jobyard workflows`, from handing one in to what its run told."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running import RunningHouse
from tests.workflows.drawing import Canvas

OUT = '<File FileFormat="0">old.csv</File><FormatSpecificOptions><CodePage>65001</CodePage></FormatSpecificOptions>'


def drawn(folder: Path, plugin: str = "Filter") -> Path:
    canvas = Canvas()
    source = canvas.tool("DbFileInput", '<File FileFormat="0">people.csv</File>')
    rule = "<Mode>Custom</Mode><Expression>ToNumber([age]) &gt; 40</Expression>"
    kept = canvas.tool(plugin, rule, Input=source)
    canvas.tool("DbFileOutput", OUT, Input=(kept, "True"))
    return canvas.saved(folder, name="old.yxmd")


def test_a_workflow_is_handed_in_run_and_forgotten(house: RunningHouse, tmp_path: Path) -> None:
    flow, people = str(drawn(tmp_path)), tmp_path / "data.csv"
    people.write_text("name,age\nAda,36\nEmmy,53\n")
    made = house.cli("workflows", "add", flow, "--name", "Who is old?", "--json").json
    assert (made["name"], made["look"]["inputs"], made["look"]["outputs"]) == (
        "Who is old?",
        ["people.csv"],
        ["old.csv"],
    )
    assert "Who is old?" in house.call("workflows", "list").out
    assert house.call("workflows", "list", "--json").json[-1]["id"] == made["id"]
    assert "writes" in house.call("workflows", "show", f"#{made['number']}").out
    ended = house.call("workflows", "run", "Who is old?", "--file", f"people.csv={people}", "--wait", "--json")
    assert (ended.code, ended.json["state"]) == (0, "succeeded")
    told = house.call("workflows", "told", str(ended.json["number"])).out
    assert "2 records were read from 'people.csv'" in told and "old.csv" in told and "True" in told
    again = house.call("workflows", "told", ended.json["id"], "--json").json
    assert [one["name"] for one in again["files"]] == ["old.csv"]
    failed = house.call("workflows", "run", made["id"], "--wait")
    assert failed.code == 1 and "people.csv" in failed.out
    worse = house.call("workflows", "add", str(drawn(tmp_path / "b", "SpatialMatch")), "--version-of", "Who is old?")
    assert worse.code == 0 and "Spatial Match" in worse.out and "2 of 2" in worse.out
    assert house.call("workflows", "delete", "Who is old?").code == 0
    gone = house.call("workflows", "show", "Who is old?")
    assert (gone.code, gone.err.strip()) == (3, "jobyard: there is no workflow Who is old?.")


def test_what_is_meant_is_said_clearly(house: RunningHouse, tmp_path: Path) -> None:
    flow = str(drawn(tmp_path))
    numbers = [house.call("workflows", "add", flow, "--name", "twins", "--json").json["number"] for _ in range(2)]
    twins = house.call("workflows", "run", "twins")
    assert twins.code == 2 and f"say a number: {numbers[0]}, {numbers[1]}" in twins.err
    number = str(numbers[0])
    assert house.call("workflows", "run", number, "--answer", "no value").code == 2
    assert house.call("workflows", "run", number, "--answer", "Colour=red").code == 3
    assert house.call("workflows", "run", number, "--file", str(tmp_path / "gone.csv")).code == 6
    (tmp_path / "broken.yxmd").write_text("<no")
    assert house.call("workflows", "add", str(tmp_path / "broken.yxmd")).code == 3
    for one in numbers:
        house.call("workflows", "delete", str(one))
