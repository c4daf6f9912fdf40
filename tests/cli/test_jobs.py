"""`jobyard jobs` against a real house."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jobyard.client import Job, Jobyard
from jobyard.job.ids import new_id
from tests.cli.running import RunningHouse, environment, eventually

NASTY = "\x1b]0;x\x07\x1b[2J\u202egnp.exe\r\n[red]"
SHOWN = "\\x1b]0;x\\x07\\x1b[2J\\u202egnp.exe\\x0d\\x0a[red]"


@pytest.fixture(scope="module")
def client(house: RunningHouse) -> Iterator[Jobyard]:
    with house.client() as made:
        yield made


def submit(client: Jobyard, script: str, **wishes: Any) -> Job:
    return client.submit("command.run", {"argv": ["sh", "-c", script]}, **wishes)


def ended(client: Jobyard, script: str, **wishes: Any) -> Job:
    return client.wait(submit(client, script, **wishes).id, timeout=60)


def argv(*words: str) -> str:
    return f"argv={msgspec.json.encode(words).decode()}"


def test_a_job_is_submitted_and_printed(house: RunningHouse) -> None:
    label = new_id()[:12]
    words = ("jobs", "submit", "command.run", "-p", 'argv=["echo", "hi"]', "--name", "Say hi", "--priority", "-5")
    told = house.cli(*words, "--label", f"run={label}", "--label", "bare", "--queue", "nobody", "--json")
    assert told.code == 0
    job = told.json
    assert job["name"] == "Say hi" and job["priority"] == -5 and job["queue"] == "nobody"
    assert job["labels"] == {"run": label, "bare": ""}
    assert job["parameters"]["argv"] == ["echo", "hi"]
    plain = house.call("jobs", "cancel", str(job["number"]))
    assert (plain.code, plain.out) == (0, f"job {job['number']} cancelled\n")


def test_parameters_come_from_a_file_or_from_standard_input(house: RunningHouse) -> None:
    place = house.folder / "parameters.json"
    place.write_text('{"argv": ["echo", "from a file"]}')
    told = house.cli("jobs", "submit", "command.run", "--parameters", f"@{place}", "--draft", "--json")
    assert told.json["parameters"]["argv"][1] == "from a file"
    given = '{"argv": ["echo", "from outside"]}'
    told = house.cli("jobs", "submit", "command.run", "--parameters", "@-", "--draft", "--json", stdin=given)
    assert told.json["parameters"]["argv"][1] == "from outside"


def test_a_text_parameter_stays_a_text(house: RunningHouse) -> None:
    words = ("jobs", "submit", "command.run", "-p", 'argv=["sh", "-c", "cat"]', "-p", "stdin=12", "--follow")
    told = house.call(*words)
    assert told.code == 0, told.err
    assert told.out.startswith("12\n")


def test_waiting_ends_as_the_job_ended(house: RunningHouse) -> None:
    good = house.cli("jobs", "submit", "command.run", "-p", argv("echo"), "--wait", "--json")
    assert (good.code, good.json["state"]) == (0, "succeeded")
    bad = house.call("jobs", "submit", "command.run", "-p", argv("sh", "-c", "exit 4"), "--wait", "--json")
    assert (bad.code, bad.json["state"]) == (1, "failed")
    plain = house.call("jobs", "wait", bad.json["id"])
    assert plain.code == 1
    assert "failed" in plain.out and "code 4" in plain.out


def test_waiting_has_an_end(house: RunningHouse, client: Jobyard) -> None:
    job = submit(client, "true", queue="nobody")
    told = house.call("jobs", "wait", str(job.number), "--timeout", "0.5")
    assert told.code == 5
    assert told.err == f"jobyard: Job {job.number} is still queued.\n"
    client.cancel(job.id)
    assert house.call("jobs", "wait", job.id).code == 1


def test_several_jobs_are_waited_for(house: RunningHouse, client: Jobyard) -> None:
    first, second = submit(client, "sleep 0.3"), submit(client, "true")
    told = house.call("jobs", "wait", first.id, str(second.number), "--json")
    assert told.code == 0
    assert [line["id"] for line in told.lines] == [first.id, second.id]


def test_following_prints_the_log_of_every_try(house: RunningHouse) -> None:
    script = 'echo try $JOBYARD_ATTEMPT; test "$JOBYARD_ATTEMPT" -ge 2'
    told = house.call("jobs", "submit", "command.run", "-p", argv("sh", "-c", script), "--tries", "2", "-f")
    assert told.code == 0
    assert told.out.splitlines()[:2] == ["try 1", "try 2"]
    assert "succeeded" in told.out.splitlines()[2]


def test_a_log_is_printed_and_followed(house: RunningHouse, client: Jobyard) -> None:
    job = submit(client, "for n in 1 2 3; do echo $n; sleep 0.5; done")
    followed = house.cli("jobs", "logs", job.id, "-f")
    assert (followed.code, followed.out) == (0, "1\n2\n3\n")
    assert house.call("jobs", "logs", str(job.number)).out == "1\n2\n3\n"
    lines = house.call("jobs", "logs", job.id, "--json").lines
    assert [(line["number"], line["text"], line["stream"]) for line in lines] == [(n, str(n), "out") for n in (1, 2, 3)]


def test_a_log_keeps_its_bytes_when_no_terminal_reads_it(house: RunningHouse, client: Jobyard) -> None:
    job = ended(client, r"printf '\033[31mred\033[0m\n'")
    assert house.call("jobs", "logs", job.id).out == "\x1b[31mred\x1b[0m\n"


def test_names_are_shown_and_never_obeyed(house: RunningHouse) -> None:
    label = new_id()[:12]
    words = ("--name", NASTY, "--label", f"run={label}", "--label", NASTY, "--draft", "--json")
    made = house.call("jobs", "submit", "command.run", "-p", argv("echo"), *words)
    assert made.code == 0, made.err
    job = made.json
    assert job["name"] == NASTY
    listed = house.call("jobs", "list", "--label", f"run={label}")
    assert SHOWN in listed.out
    shown = house.call("jobs", "show", job["id"])
    assert SHOWN in shown.out
    document = house.call("jobs", "list", "--label", f"run={label}", "--json")
    assert document.json[0]["name"] == NASTY
    for told in (listed, shown, document, made):
        assert not {"\x1b", "\x07", "\r", "\u202e"} & set(told.out + told.err)


def test_an_error_with_a_nasty_name_is_one_safe_sentence(house: RunningHouse) -> None:
    told = house.cli("jobs", "submit", NASTY)
    assert told.code == 3
    assert told.err.count("\n") == 1 and "\x1b" not in told.err and SHOWN in told.err


def test_lists_are_filtered_and_cut(house: RunningHouse, client: Jobyard) -> None:
    label = new_id()[:12]
    numbers = [submit(client, "true", labels={label: ""}, draft=True).number for _ in range(3)]
    told = house.call("jobs", "list", "--label", label, "--limit", "2")
    assert told.out.count("draft") == 2
    assert told.err == "2 of 3 jobs; --limit 0 lists all.\n"
    every = house.call("jobs", "list", "--label", label, "--limit", "0", "--order", "number", "--json").json
    assert [job["number"] for job in every] == numbers
    assert house.call("jobs", "list", "--label", label, "--state", "running", "--json").json == []
    both = house.call("jobs", "list", "--label", label, "--state", "running", "--state", "draft", "--json").json
    assert len(both) == 3


def test_a_job_is_shown_whole(house: RunningHouse, client: Jobyard) -> None:
    job = ended(client, "echo x > f.txt; exit 1")
    document = house.call("jobs", "show", str(job.number), "--json").json
    assert document["job"]["id"] == job.id
    assert [one["outcome"] for one in document["attempts"]] == ["fail"]
    assert [one["type"] for one in document["events"]] == ["submitted", "claimed", "begun", "failed"]
    plain = house.call("jobs", "show", f"#{job.number}").out
    assert job.id in plain and "code 1" in plain and "submitted" in plain


def test_a_running_job_is_cancelled_and_retried(house: RunningHouse, client: Jobyard) -> None:
    job = submit(client, "sleep 60")
    eventually(lambda: client.job(job.id).state == "running")
    assert house.call("jobs", "cancel", job.id).out == f"job {job.number} stopping\n"
    assert client.wait(job.id, timeout=30).state == "cancelled"
    assert house.call("jobs", "retry", job.id, "--json").json["state"] in ("queued", "running")
    client.cancel(job.id)
    assert client.wait(job.id, timeout=30).state == "cancelled"


def test_what_cannot_be_done_to_one_job_is_done_to_the_others(house: RunningHouse, client: Jobyard) -> None:
    over, waiting = ended(client, "true"), submit(client, "true", queue="nobody")
    told = house.call("jobs", "cancel", over.id, waiting.id)
    assert told.code == 3
    assert told.out == f"job {waiting.number} cancelled\n"
    assert "succeeded" in told.err


def test_drafts_are_released_withdrawn_and_deleted(house: RunningHouse, client: Jobyard) -> None:
    job = submit(client, "true", draft=True, queue="nobody")
    assert house.call("jobs", "release", job.id, "--json").json["state"] == "queued"
    assert house.call("jobs", "withdraw", job.id, "--json").json["state"] == "draft"
    assert house.call("jobs", "delete", job.id, "--json").json == {"id": job.id, "deleted": True}
    gone = house.call("jobs", "show", job.id)
    assert gone.code == 3 and "no job" in gone.err


def test_results_are_downloaded_and_checked(house: RunningHouse, client: Jobyard, tmp_path: Path) -> None:
    told = {"argv": ["sh", "-c", "seq 100000 > numbers.txt; echo b > b.txt"], "files": ["numbers.txt", "b.txt"]}
    job = client.wait(client.submit("command.run", told).id, timeout=60)
    got = house.cli("jobs", "download", str(job.number), "--to", str(tmp_path), "--json")
    assert got.code == 0
    assert {line["name"] for line in got.lines} == {"numbers.txt", "b.txt"}
    for line in got.lines:
        assert hashlib.sha256(Path(line["path"]).read_bytes()).hexdigest() == line["sha256"]
    (tmp_path / "b.txt").write_text("mine")
    again = house.call("jobs", "download", job.id, "b.txt", "--to", str(tmp_path))
    assert again.code == 6 and "--force" in again.err
    assert (tmp_path / "b.txt").read_text() == "mine"
    forced = house.call("jobs", "download", job.id, "b.txt", "--to", str(tmp_path), "--force")
    assert (forced.code, forced.out) == (0, f"{tmp_path}/b.txt\n")
    assert (tmp_path / "b.txt").read_text() == "b\n"
    assert house.call("jobs", "download", job.id, "no.txt", "--to", str(tmp_path)).code == 3
    assert house.call("jobs", "download", job.id, "--to", str(tmp_path / "nowhere")).code == 2


def test_a_job_without_results_has_none_to_download(house: RunningHouse, client: Jobyard) -> None:
    job = ended(client, "true")
    told = house.call("jobs", "download", job.id)
    assert (told.code, told.err) == (3, "jobyard: this job has no result files.\n")


def test_results_are_kept(house: RunningHouse, client: Jobyard) -> None:
    job = ended(client, "true")
    assert house.call("jobs", "keep", job.id, "--always", "--json").json["kept"] is True
    assert house.call("jobs", "keep", job.id, "--days", "1e300").code == 2
    assert house.call("jobs", "keep", job.id, "--days", "2").code == 0


def test_watching_tells_every_event_until_the_jobs_have_ended(house: RunningHouse, client: Jobyard) -> None:
    job, other = submit(client, "true", draft=True), submit(client, "true", draft=True)
    seen = threading.Event()
    stirring = threading.Thread(target=_stir, args=(client, job.id, other.id, seen))
    words = [sys.executable, "-m", "jobyard", "jobs", "watch", job.id, "--json", "--data", str(house.data)]
    watching = subprocess.Popen(words, cwd=house.folder, env=environment(), stdout=subprocess.PIPE, text=True)
    stirring.start()
    assert watching.stdout is not None
    first = watching.stdout.readline()
    seen.set()
    rest, _ = watching.communicate(timeout=60)
    stirring.join()
    told = [msgspec.json.decode(line) for line in (first + rest).splitlines()]
    assert watching.returncode == 1, "the job was cancelled"
    assert told[-1]["event"]["type"] == "cancelled"
    assert {line["event"]["job"] for line in told} == {job.id}
    over = house.call("jobs", "watch", job.id)
    assert (over.code, over.out) == (1, ""), "what has ended needs no watching"


HEEDS_CTRL_C = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("jobyard", run_name="__main__")
"""
"""Starts the command as a terminal would: tests that run in the background hand on that Ctrl-C is to be left alone."""


def test_watching_everything_goes_on_until_it_is_stopped(house: RunningHouse, client: Jobyard) -> None:
    words = [sys.executable, "-c", HEEDS_CTRL_C, "jobs", "watch", "--json", "--data", str(house.data)]
    watching = subprocess.Popen(words, cwd=house.folder, env=environment(), stdout=subprocess.PIPE, text=True)
    try:
        seen = threading.Event()
        threading.Thread(target=_submit_until, args=(client, seen), daemon=True).start()
        assert watching.stdout is not None
        line = msgspec.json.decode(watching.stdout.readline())
        seen.set()
        assert line["event"]["type"] == "submitted"
    finally:
        watching.send_signal(signal.SIGINT)
        watching.communicate(timeout=20)
    assert watching.returncode == 130


def test_a_reader_who_leaves_is_no_error(house: RunningHouse) -> None:
    words = f"{sys.executable} -m jobyard jobs list --json --data {house.data} | head -c 1"
    finished = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {words}"], cwd=house.folder, env=environment(), capture_output=True, text=True
    )
    assert "Traceback" not in finished.stderr and "Exception" not in finished.stderr
    assert finished.returncode == 0


@pytest.mark.parametrize("reference", ["999999", "0" * 32, "#999999"])
def test_a_job_that_is_not_there_is_not_found(house: RunningHouse, reference: str) -> None:
    told = house.call("jobs", "show", reference)
    assert told.code == 3 and told.err.count("\n") == 1


def _stir(client: Jobyard, id_: str, other: str, seen: threading.Event) -> None:
    while not seen.wait(0.2):
        for one in (id_, other):
            client.release(one, due_at=datetime.now(UTC) + timedelta(hours=1))
            client.withdraw(one)
    client.cancel(id_)


def _submit_until(client: Jobyard, seen: threading.Event) -> None:
    while not seen.wait(0.3):
        submit(client, "true", draft=True)
