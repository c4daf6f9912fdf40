"""`jobyard up`: coming up, staying up, going down."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from jobyard.cli.doorplate import NAME, Doorplate
from jobyard.cli.serving import DESK_TOKEN
from jobyard.client import Jobyard, Unauthenticated
from tests.cli.running import RunningHouse, alive, command, environment, eventually, running

BROKEN = """
import sys
from jobyard.cli import serving
from jobyard.cli.app import run

def broken(house):
    raise RuntimeError("the beams do not fit")

serving.House._cvat = broken
sys.exit(run(sys.argv[1:]))
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_start_tells_the_password_and_later_ones_do_not(tmp_path: Path) -> None:
    with running(tmp_path, workers=0) as house:
        administrator = house.ready["administrator"]
        assert administrator["name"] == "admin" and len(administrator["password"]) >= 12
        first = house.plate
        assert first.url == house.url and first.pid == house.process.pid
        assert {mode(house.data / name) for name in (NAME, DESK_TOKEN, "master.key")} == {0o600}
        assert mode(house.data) == 0o700
    assert not (house.data / NAME).exists() and not (house.data / DESK_TOKEN).exists()
    with running(tmp_path, workers=0) as again:
        assert again.ready["administrator"] is None
        with again.client(first.token) as old, pytest.raises(Unauthenticated):
            old.session()


def test_the_first_start_says_to_people_how_to_get_in(tmp_path: Path) -> None:
    first, second = (_said(tmp_path) for _ in range(2))
    assert "Jobyard is up." in first and "shown this once" in first
    for family in ("Jobyard", "ClearML", "CVAT", "Alteryx Server", "ModelArts"):
        assert f"\n{family}\n" in first
    assert "password" not in second and "jobyard credentials --data" in second


def _said(folder: Path) -> str:
    """Start a house as people do and return what it says until it is ready."""
    words = [sys.executable, "-m", "jobyard", "up", "--data", "d", "--port", "0", "--workers", "0"]
    process = subprocess.Popen(
        words, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    said = ""
    while "Ctrl-C" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    return said + rest


def test_it_stops_gently_and_says_so_by_its_exit_code(tmp_path: Path) -> None:
    house = RunningHouse(tmp_path)
    try:
        eventually(lambda: len(house.workers()) == 1)
        worker = house.workers()[0]
        assert house.stop(signal.SIGTERM) == 0
        assert not alive(worker)
    finally:
        house.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_ctrl_c_and_a_closed_terminal_are_gentle_too(tmp_path: Path, number: signal.Signals) -> None:
    house = RunningHouse(tmp_path, workers=0)
    try:
        assert house.stop(number) == 0
    finally:
        house.kill()


def test_what_runs_when_it_stops_is_given_back_and_done_after_the_next_start(tmp_path: Path) -> None:
    with running(tmp_path) as house, house.client() as client:
        told = {"argv": ["sh", "-c", "echo $JOBYARD_ATTEMPT; test $JOBYARD_ATTEMPT -gt 1 || sleep 60"]}
        job = client.submit("command.run", told)
        eventually(lambda: client.job(job.id).begun_at is not None)
        assert house.stop() == 0
    with running(tmp_path) as house, house.client() as client:
        ended = client.wait(job.id, timeout=40)
        assert (ended.state, ended.failures) == ("succeeded", 0)
        *earlier, last = [attempt.outcome for attempt in client.attempts(job.id)]
        assert set(earlier) == {"give_back"} and last == "finish"


def test_a_worker_that_dies_is_started_again(tmp_path: Path) -> None:
    with running(tmp_path) as house:
        eventually(lambda: len(house.workers()) == 1)
        dead = house.workers()[0]
        os.kill(dead, signal.SIGKILL)
        eventually(lambda: house.workers() not in ([], [dead]), within=30)
        with house.client() as client:
            job = client.submit("command.run", {"argv": ["echo", "again"]})
            assert client.wait(job.id, timeout=30).state == "succeeded"
    assert "SIGKILL" in house.errors.read_text()


def test_workers_leave_when_the_server_is_killed(tmp_path: Path) -> None:
    with running(tmp_path, workers=2) as house:
        eventually(lambda: len(house.workers()) == 2)
        workers = house.workers()
        house.process.kill()
        house.process.wait()
        eventually(lambda: not any(map(alive, workers)), within=30)


def test_a_killed_server_leaves_nothing_that_stands_in_the_way(tmp_path: Path) -> None:
    with running(tmp_path, workers=0) as house:
        house.process.kill()
        house.process.wait()
        old = Doorplate.read(house.data)
        assert old is not None and not old.answers()
        offline = house.cli("users", "list", "--json")
        assert [user["name"] for user in offline.json] == ["admin"]
    with running(tmp_path, workers=0) as again:
        with again.client(old.token) as late, pytest.raises(Unauthenticated):
            late.session()
        assert again.cli("users", "list").code == 0


def test_a_protocol_that_cannot_be_built_ends_the_server_with_the_reason(tmp_path: Path) -> None:
    words = ["up", "--data", "d", "--port", "0", "--workers", "0", "--json"]
    ended = subprocess.run(
        [sys.executable, "-c", BROKEN, *words], cwd=tmp_path, env=environment(), capture_output=True, text=True
    )
    assert ended.returncode == 70
    assert "the beams do not fit" in ended.stderr
    assert not (tmp_path / "d" / NAME).exists()


def test_a_second_server_on_the_folder_is_refused(tmp_path: Path) -> None:
    with running(tmp_path, workers=0) as house:
        told = house.cli("up", "--port", "0")
        assert told.code == 6
        assert str(house.process.pid) in told.err and told.err.count("\n") == 1
        with house.client() as client:
            assert client.session().user.name == "admin"


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = command("up", "--data", "d", "--port", port, folder=tmp_path)
    assert told.code == 6
    assert port in told.err and "--port" in told.err and "Traceback" not in told.err


def test_settings_come_from_flags_then_variables_then_the_file(tmp_path: Path) -> None:
    (tmp_path / "jobyard.toml").write_text('workers = 5\nsession_days = 3.0\ncommands = ["sh"]\n')
    with running(tmp_path, workers=0, JOBYARD_WORKERS="4") as house:
        assert house.ready["workers"] == 0
    (tmp_path / "jobyard.toml").write_text("colour = 3\n")
    told = command("up", folder=tmp_path)
    assert told.code == 2 and "colour" in told.err


def test_a_second_signal_does_not_wait(tmp_path: Path) -> None:
    house = RunningHouse(tmp_path)
    try:
        with house.client() as client:
            job = client.submit("command.run", {"argv": ["sh", "-c", "trap '' TERM; sleep 60 & wait; sleep 60"]})
            eventually(lambda: client.job(job.id).begun_at is not None)
            time.sleep(0.3)
        began = time.monotonic()
        house.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        house.process.send_signal(signal.SIGTERM)
        house.process.wait(20)
        assert time.monotonic() - began < 8
        assert "Traceback" not in house.errors.read_text()
    finally:
        house.kill()


def test_an_open_stream_does_not_keep_it_from_stopping(tmp_path: Path) -> None:
    house = RunningHouse(tmp_path, workers=0)
    try:
        client = house.client(patience=0)
        feed = client.feed(after=0)
        reader = threading.Thread(target=_drain, args=(feed,), daemon=True)
        reader.start()
        time.sleep(0.5)
        began = time.monotonic()
        assert house.stop() == 0
        assert time.monotonic() - began < 10
        reader.join(10)
        client.close()
    finally:
        house.kill()


def _drain(feed: object) -> None:
    try:
        list(feed)  # type: ignore[call-overload]
    except ConnectionError:
        return


def test_no_token_stands_in_the_list_of_processes(tmp_path: Path) -> None:
    with running(tmp_path) as house:
        eventually(lambda: len(house.workers()) == 1)
        secrets = {house.plate.token, (house.data / DESK_TOKEN).read_text()}
        for pid in (house.process.pid, *house.workers()):
            for place in ("cmdline", "environ"):
                text = Path(f"/proc/{pid}/{place}").read_bytes().decode(errors="replace")
                assert not any(secret in text for secret in secrets), (pid, place)


def test_a_worker_may_be_started_by_hand(tmp_path: Path) -> None:
    with running(tmp_path, workers=0) as house, house.client() as client:
        key = house.cli("keys", "create", "--scope", "desk", "--label", "gpu", "--json").json["secret"]
        job = client.submit("command.run", {"argv": ["echo", "far"]}, queue="gpu")
        worker = threading.Thread(
            target=command,
            args=("work", "--url", house.url, "--queues", "gpu", "--name", "far-1", "--slots", "1"),
            kwargs={"folder": tmp_path, "JOBYARD_TOKEN": key},
        )
        worker.start()
        try:
            assert client.wait(job.id, timeout=40).state == "succeeded"
            found = next(one for one in client.workers() if one.name == "far-1")
            assert found.queues == ["gpu"] and found.slots == 1
        finally:
            os.kill(found.pid, signal.SIGTERM)
            worker.join(30)


def test_a_url_printed_is_the_public_one(tmp_path: Path) -> None:
    with running(tmp_path, "--public-url", "https://jobs.example.org/", workers=0) as house:
        assert house.url == "https://jobs.example.org"
        with Jobyard(house.plate.url, house.plate.token) as client:
            assert client.credentials().native.url == "https://jobs.example.org"
