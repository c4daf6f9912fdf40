"""`jobyard queues`, `jobyard workers`, and rules, room and history under `jobyard keep`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobyard.cli import keeping, queues, workers
from jobyard.cli.codes import Trouble
from tests.cli.running import RunningHouse, called, eventually, running


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A house of its own, since these commands let it rest."""
    with running(tmp_path_factory.mktemp("yard")) as house:
        yield house


def test_a_queue_is_paused_and_goes_on(yard: RunningHouse) -> None:
    told = yard.call("queues", "pause", "default", "--json")
    assert told.code == 0, told.err
    assert (told.json["paused"], told.json["paused_by"]) == (True, "admin")
    job = yard.call("jobs", "submit", "command.run", "-p", 'argv=["echo","a"]', "--json").json
    [row] = [one for one in yard.call("queues", "--json").json if one["name"] == "default"]
    assert (row["queued"], row["paused"]) == (1, True)
    table = yard.call("queues").out
    assert "paused by admin since" in table and table == yard.call("queues", "list").out
    told = yard.call("queues", "resume", "default")
    assert (told.code, told.out) == (0, "default: goes on, 1 queued\n")
    assert yard.call("jobs", "wait", job["id"]).code == 0
    # How fast queues go is looked up every few seconds only.
    eventually(lambda: sum(one["ended_last_5_minutes"] for one in yard.call("queues", "list", "--json").json) == 1)
    wrong = yard.call("queues", "pause", "nowhere")
    assert (wrong.code, wrong.err) == (3, "jobyard: There is no queue nowhere.\n")


def test_a_worker_drains_until_it_holds_nothing_and_works_again(yard: RunningHouse) -> None:
    eventually(lambda: len(yard.call("workers", "--json").json) == 1)
    [worker] = yard.call("workers", "list", "--json").json
    long = yard.call("jobs", "submit", "command.run", "-p", 'argv=["sleep","3"]', "--json").json
    eventually(lambda: yard.call("jobs", "show", long["id"], "--json").json["job"]["state"] == "running")
    told = yard.call("workers", "drain", worker["name"])
    assert told.code == 0 and told.out == f"{worker['name']}: draining, holds 1 jobs\n"
    assert yard.call("workers", "drain", worker["name"], "--wait", "--timeout", "0.1").code == 5
    waits = yard.call("jobs", "submit", "command.run", "-p", 'argv=["echo","a"]', "--json").json
    told = yard.call("workers", "drain", worker["name"], "--wait", "--json")
    assert told.code == 0 and told.json["running"] == [] and told.json["draining"]
    assert yard.call("jobs", "show", waits["id"], "--json").json["job"]["state"] == "queued"
    assert "draining" in yard.call("workers").out
    assert yard.call("workers", "resume", worker["name"]).out == f"{worker['name']}: alive, holds 0 jobs\n"
    assert yard.call("jobs", "wait", waits["id"]).code == 0
    assert yard.call("workers", "drain", "nobody").code == 3


def test_rules_are_set_counted_seen_and_dropped(yard: RunningHouse) -> None:
    yard.call("projects", "create", "signs")
    assert yard.call("keep", "rule", "kind:command.run", "--days", "30", "--results", "0").out == (
        "kind command.run: jobs 30 days, results for ever\n"
    )
    assert yard.call("keep", "rule", "project:signs", "--days", "0.5").out == "project signs: jobs 0.5 days\n"
    counted = yard.call("keep", "rule", "kind:command.run", "--days", "0", "--dry-run", "--json")
    assert counted.code == 0 and counted.json == {"jobs": 0, "freed": 0}, "0 days are for ever"
    shown = yard.call("keep", "rules").out
    assert "signs" in shown and "everything else" in shown and "90 days" in shown
    told = yard.call("keep", "rules", "--json").json
    assert [(rule["subject"], rule["days"], rule["results"]) for rule in told["rules"]] == [
        ("kind", 30, 0),
        ("project", 0.5, None),
    ]
    assert yard.call("keep", "drop-rule", "project:signs").code == 0
    assert yard.call("keep", "drop-rule", "project:signs").code == 3
    assert len(yard.call("keep", "rules", "--json").json["rules"]) == 1
    assert yard.call("keep", "rule", "kind:command.run").code == 3, "a rule says something"


@pytest.mark.parametrize("words", [("signs",), ("kind:",), ("owner:ada",), ("kind:a", "--dry-run")])
def test_a_rule_that_is_about_nothing_is_refused_at_once(yard: RunningHouse, words: tuple[str, ...]) -> None:
    assert yard.call("keep", "rule", *words, *(() if "--dry-run" in words else ("--days", "1"))).code == 2


def test_the_house_tells_its_own_history_and_room(yard: RunningHouse) -> None:
    yard.call("users", "add", "hedwig")
    told = yard.call("keep", "audit", "--json").json
    assert ("admin", "made", "user hedwig") in {(one["actor"], one["verb"], one["what"]) for one in told}
    assert told[-1]["what"] == "user admin" and told[-1]["actor"] == "jobyard"
    assert len(yard.call("keep", "audit", "--limit", "1", "--json").json) == 1
    assert "user hedwig" in yard.call("keep", "audit").out
    assert " before, " in yard.call("keep", "compact").out
    doctor = yard.call("keep", "doctor")
    assert doctor.code == 0
    first, database, results = doctor.out.splitlines()
    assert first == "The house is sound."
    assert database.startswith("The database takes ") and "result files take" in results


def test_a_house_without_a_server_is_looked_after_too(tmp_path: Path) -> None:
    with running(tmp_path, workers=0) as house:
        data = str(house.data)
    assert called("keep", "rule", "kind:a", "--days", "3", "--data", data).code == 0
    assert called("queues", "pause", "default", "--data", data).code == 0
    assert [row["paused"] for row in called("queues", "--data", data, "--json").json] == [True]
    assert called("keep", "compact", "--data", data).code == 0
    verbs = [entry["verb"] for entry in called("keep", "audit", "--data", data, "--json").json]
    assert verbs[:3] == ["compacted", "paused", "ruled"]


def test_a_worker_that_leaves_while_one_waits_for_its_rest_holds_nothing() -> None:
    from jobyard.client.shapes import Held, Worker

    now = datetime.now(UTC)
    held = Held(id="a" * 32, number=1, name="n", kind="k")
    there = {"name": "w", "host": "", "pid": 1, "queues": [], "kinds": [], "slots": 1, "started_at": now}
    worker = Worker(**there, seen_at=now, alive=True, draining=True, running=[held])  # type: ignore[arg-type]

    class Left:
        def workers(self) -> list[Worker]:
            return []

    rested = workers._rested(Left(), worker, None)  # type: ignore[arg-type]
    assert (workers._state(rested), rested.running) == ("gone", [])


def test_targets_of_rules_are_read() -> None:
    assert keeping._split("kind:a.b") == ("kind", "a.b")
    assert keeping._split("project:a:b") == ("project", "a:b")
    with pytest.raises(Trouble):
        keeping._split("a")


def test_days_read_like_days() -> None:
    assert [keeping._days(days) for days in (None, 0, 0.5, 30.0)] == ["", "for ever", "0.5 days", "30 days"]


def test_what_rests_says_so() -> None:
    from jobyard.client.shapes import Queue, Worker

    rest = {"queued": 0, "running": 0, "workers": 0, "oldest_queued_at": None}
    rest |= {"ended_last_5_minutes": 0, "ended_last_hour": 0, "paused_at": None}
    assert queues._rest(Queue(name="a", paused=False, paused_by=None, **rest)) == ""  # type: ignore[arg-type]
    assert queues._rest(Queue(name="a", paused=True, paused_by=None, **rest)) == "paused"  # type: ignore[arg-type]
    there = {"name": "w", "host": "", "pid": 1, "queues": [], "kinds": [], "slots": 1, "running": []}
    there |= {"started_at": None, "seen_at": None}
    states = [(True, False), (True, True), (False, True)]
    told = [workers._state(Worker(**there, alive=alive, draining=draining)) for alive, draining in states]  # type: ignore[arg-type]
    assert told == ["alive", "draining", "gone"]
