"""One verb for many jobs, edits, running again, and what a new job waits for, on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jobyard.client import Job, Jobyard
from jobyard.job.ids import new_id
from tests.cli.running import RunningHouse


@pytest.fixture(scope="module")
def client(house: RunningHouse) -> Iterator[Jobyard]:
    with house.client() as made:
        yield made


@pytest.fixture
def label() -> str:
    """A label that only the jobs of one test have."""
    return f"many-{new_id()[:12]}"


def waiting(client: Jobyard, label: str, count: int = 1, **wishes: Any) -> list[Job]:
    return [
        client.submit("command.run", {"argv": ["echo", str(n)]}, queue="nobody", labels={label: ""}, **wishes)
        for n in range(count)
    ]


def states(client: Jobyard, label: str) -> list[str]:
    return [job.state for job in client.jobs(label=label, order="number")]


def test_a_dry_run_counts_and_nothing_happens(house: RunningHouse, client: Jobyard, label: str) -> None:
    waiting(client, label, 3)
    told = house.call("jobs", "cancel", "--all", "--label", label, "--dry-run")
    assert (told.code, told.out) == (0, "3 jobs would be cancelled\n")
    document = house.call("jobs", "cancel", "--all", "--label", label, "--dry-run", "--json").json
    assert (document["verb"], document["dry_run"], document["matched"], document["done"]) == ("cancel", True, 3, 0)
    assert states(client, label) == ["queued"] * 3
    client.bulk("cancel", label=label)


def test_without_a_terminal_it_has_to_be_said_to_be_meant(house: RunningHouse, client: Jobyard, label: str) -> None:
    waiting(client, label, 2)
    told = house.cli("jobs", "cancel", "--all", "--label", label, stdin="y\n")
    assert (told.code, told.out) == (2, "")
    assert told.err == "jobyard: say --yes to cancel 2 jobs.\n"
    assert states(client, label) == ["queued"] * 2
    told = house.cli("jobs", "cancel", "--all", "--label", label, "--yes")
    assert (told.code, told.out) == (0, "2 jobs cancelled\n")
    assert states(client, label) == ["cancelled"] * 2


def test_many_are_retried_edited_and_deleted(house: RunningHouse, client: Jobyard, label: str) -> None:
    waiting(client, label, 3)
    meant = ("--all", "--label", label, "--yes")
    told = house.call("jobs", "edit", *meant, "--set-priority", "7", "--set-name", "Another")
    assert (told.code, told.out) == (0, "3 jobs edited\n")
    assert {(job.priority, job.name) for job in client.jobs(label=label)} == {(7, "Another")}
    assert house.call("jobs", "cancel", *meant, "--state", "queued").out == "3 jobs cancelled\n"
    assert house.call("jobs", "retry", *meant).out == "3 jobs retried\n"
    assert states(client, label) == ["queued"] * 3
    assert house.call("jobs", "delete", *meant).out == "0 jobs deleted\n", "what waits cannot be deleted"
    client.bulk("cancel", label=label)
    document = house.call("jobs", "delete", *meant, "--json").json
    assert (document["matched"], document["done"], document["refused"]) == (3, 3, [])
    assert states(client, label) == []


def test_what_refuses_is_told_and_decides_the_exit_code(house: RunningHouse, client: Jobyard, label: str) -> None:
    waiting(client, label, 2)
    client.bulk("cancel", label=label)
    [first] = waiting(client, label, unique=label)
    client.cancel(first.id)
    [second] = waiting(client, label, unique=label)
    told = house.call("jobs", "retry", "--all", "--label", label, "--state", "cancelled", "--yes")
    assert (told.code, told.out) == (3, "2 jobs retried\n")
    assert told.err.startswith("1 job stayed as it is: Another job with the same unique key")
    assert second.id in told.err
    client.bulk("cancel", label=label)


@pytest.mark.parametrize(
    "words",
    [
        ("cancel",),
        ("cancel", "1", "--all"),
        ("cancel", "1", "--queue", "gpu"),
        ("cancel", "1", "--dry-run"),
        ("retry", "--state", "failed"),
        ("delete",),
        ("edit", "1"),
        ("edit", "--all"),
        ("edit", "1", "--set-now", "--set-at", "2999-01-01"),
        ("edit", "1", "--set-label", "=x"),
        ("again",),
        ("submit", "command.run", "--after", "x"),
        ("submit", "command.run", "--on-failure", "shrug"),
    ],
)
def test_words_that_do_not_go_together_do_nothing(house: RunningHouse, words: tuple[str, ...]) -> None:
    told = house.call("jobs", *words)
    assert told.code == 2 and told.err.startswith("jobyard: ") and told.out == ""


def test_a_waiting_job_is_edited(house: RunningHouse, client: Jobyard, label: str) -> None:
    [job] = waiting(client, label)
    words = ("--set-name", "Other", "--set-queue", "nowhere", "--set-priority", "-5", "--set-label", "a=1")
    document = house.call("jobs", "edit", str(job.number), *words, "--set-at", "2999-01-01", "--json").json
    shown = {name: document[name] for name in ("name", "queue", "priority", "labels")}
    assert shown == {"name": "Other", "queue": "nowhere", "priority": -5, "labels": {"a": "1"}}
    assert document["due_at"].startswith(("2998-12-31", "2999-01-01"))
    assert house.call("jobs", "edit", job.id, "--set-now", "--json").json["due_at"] is None
    client.cancel(job.id)
    told = house.call("jobs", "edit", job.id, "--set-priority", "1")
    assert told.code == 3 and "cancelled" in told.err


def test_a_job_is_run_again_with_one_parameter_changed(house: RunningHouse, client: Jobyard) -> None:
    told = {"argv": ["sh", "-c", "cat"], "stdin": "1"}
    old = client.wait(client.submit("command.run", told, labels={"a": ""}).id, timeout=60)
    new = house.call("jobs", "again", str(old.number), "-p", "stdin=2", "--name", "Again", "--json").json
    assert new["origin"] == old.id and new["labels"] == {"a": ""} and new["name"] == "Again"
    assert (new["parameters"]["argv"], new["parameters"]["stdin"]) == (["sh", "-c", "cat"], "2")
    followed = house.call("jobs", "again", old.id, "--parameters", '{"argv": ["echo", "hi"]}', "--follow")
    assert followed.code == 0 and followed.out.startswith("hi\n")
    shown = house.call("jobs", "show", new["id"]).out
    assert old.id in shown
    assert house.call("jobs", "again", old.id, "-p", "nothing=1").code == 3
    assert house.call("jobs", "again", "999999").code == 3
    assert client.job(old.id).revision == old.revision


def test_a_unique_key_is_refused_while_its_job_lives(house: RunningHouse, client: Jobyard, label: str) -> None:
    words = ("jobs", "submit", "command.run", "-p", 'argv=["echo"]', "--queue", "nobody", "--unique", label)
    first = house.call(*words, "--json").json
    assert first["unique"] == label
    told = house.call(*words)
    assert told.code == 3 and first["id"] in told.err
    client.cancel(first["id"])
    second = house.call(*words, "--json").json
    assert second["state"] == "queued"
    client.cancel(second["id"])


def test_a_job_waits_for_several_and_says_what_a_failure_means(house: RunningHouse, client: Jobyard) -> None:
    first, second = (client.submit("command.run", {"argv": ["echo"]}, queue="nobody") for _ in range(2))
    words = ("jobs", "submit", "command.run", "-p", 'argv=["echo"]', "--after", first.id, "--after", str(second.number))
    made = house.call(*words, "--on-failure", "wait", "--at", "2999-01-01", "--json").json
    assert made["after"] == [first.id, second.id]
    assert (made["on_failure"], made["waits"]) == ("wait", 2) and made["due_at"] is not None
    shown = house.call("jobs", "show", made["id"]).out
    assert "It waits for 2 other jobs to end well" in shown and f"job {second.number} (queued)" in shown
    cancelled = house.call(*words, "--json").json
    client.cancel(first.id)
    assert client.job(cancelled["id"]).state == "cancelled", "nothing was said, so it goes with the other"
    assert client.job(made["id"]).state == "queued"
    refused = house.call(*words)
    assert refused.code == 3 and "cancelled already" in refused.err
    for id_ in (second.id, made["id"]):
        client.cancel(id_)


def test_who_only_reads_changes_nothing(house: RunningHouse, client: Jobyard, label: str) -> None:
    [job] = waiting(client, label)
    token = client.keys.create(scope="read").secret
    where = ("--url", house.url, "--token", token)
    from tests.cli.running import called

    for words in [
        ("jobs", "edit", job.id, "--set-priority", "1"),
        ("jobs", "again", job.id),
        ("jobs", "cancel", "--all", "--yes"),
        ("jobs", "delete", "--all", "--dry-run"),
        ("limits", "set", "owner", "*", "--queued", "1"),
        ("limits", "drop", "owner", "*"),
    ]:
        told = called(*words, *where)
        assert told.code == 3 and "not allowed" in told.err, words
    assert called("limits", "mine", *where).code == 0
    assert client.job(job.id).revision == 1
    client.cancel(job.id)
