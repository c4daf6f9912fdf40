"""`jobyard demo`: a house with real jobs in it, on this machine only. This is what `make run` shows."""

from __future__ import annotations

import shutil
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from jobyard.cli import showing
from jobyard.cli.codes import Trouble
from jobyard.settings import Settings

if TYPE_CHECKING:
    from jobyard.cli.serving import Ready
    from jobyard.client import Jobyard
    from jobyard.client.shapes import Job
    from jobyard.demo.story import Story

_KINDS = "jobyard.demo.kinds:KINDS"
_HOST, _PORT = "127.0.0.1", 8080
_OWNER = "anna"
"""Whose dataset the story is about."""


def demo(
    *,
    data: str = "./demo-data",
    port: int | None = None,
    pace: Annotated[float, Parameter(show=False)] = 1.0,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Show a house: people, pictures, and jobs that succeed, fail, are tried again, cancelled, or wait.

    The house stays up until Ctrl-C. Run it again on the same folder and the story goes on there.

    Parameters
    ----------
    data
        Folder for the house and its pictures; made when it is missing.
    port
        Port to listen on; 8080, or a free one when that is taken.
    pace
        Factor on everything that takes time only to be watched.
    json
        Print one JSON document on standard output when the story has been told.
    """
    from jobyard.cli import logs
    from jobyard.cli.serving import serve
    from jobyard.demo.pictures import NoPictures, packaged

    try:
        packaged()
    except NoPictures as missing:
        raise Trouble(f"{missing}.") from None
    settings = _settings(Path(data).expanduser().absolute(), _free_port() if port is None else port)
    logs.configure("console", "warning")  # the story is what is told here

    def tell(ready: Ready) -> None:
        Evening(settings, ready, pace, json=json).live()

    return serve(settings, tell, _KINDS)


class Evening:
    """What is shown from the moment the server answers."""

    def __init__(self, settings: Settings, ready: Ready, pace: float, *, json: bool) -> None:
        self._settings = settings
        self._ready = ready
        self._pace = pace
        self._json = json

    def live(self) -> None:
        """Let the story happen, then say what ran and how to get in."""
        from jobyard.client import Jobyard, Unauthenticated, Unreachable
        from jobyard.demo.story import Story

        with Jobyard(self._ready.local_url, self._ready.token) as house:
            story = Story(Path(self._settings.source_roots[0]), lambda name: self._as(house, name), _tell, self._pace)
            try:
                broke = self._told(story, house)
                jobs = story.jobs(house)
                password = house.users.set_password("admin") if not self._ready.password else self._ready.password
                cloud = self._cloud(house)
            except (Unreachable, Unauthenticated):
                return  # somebody pressed Ctrl-C; the server has left before us
        self._close(jobs, password or "", cloud)
        if broke:
            _tell(f"the story broke off before its end: {broke}")

    def _told(self, story: Story, house: Jobyard) -> str:
        """Let the story happen; return what broke it off, or nothing."""
        from jobyard.client import Unauthenticated, Unreachable

        try:
            story.run(house)
        except (Unreachable, Unauthenticated):
            raise
        except Exception as broke:  # noqa: BLE001 - the house goes on, and whoever watches is told why no more happens
            return f"{type(broke).__name__}: {broke}"
        return ""

    def _as(self, house: Jobyard, name: str) -> Jobyard:
        from jobyard.client import Jobyard

        return Jobyard(self._ready.local_url, house.keys.create("demo", user=name).secret)

    def _cloud(self, house: Jobyard) -> list[str]:
        """Return what to paste for OpenStack's command line, as the owner of the dataset, once she is there."""
        from jobyard.cli.credentials import exports

        owner = next((user for user in house.users.all() if user.name == _OWNER), None)
        if owner is None:
            return []
        token = house.keys.create("openstack", user=owner.name).secret
        known = {"endpoint": self._ready.url, "project_id": owner.id, "token": token}
        return [line for line in exports("modelarts", known) if " OS_" in line]

    def _close(self, jobs: list[Job], password: str, cloud: list[str]) -> None:
        if self._json:
            told = {"url": self._ready.url, "user": "admin", "password": password, "jobs": jobs}
            showing.print_json(told)
            return
        print()
        rows = [(str(job.number), job.kind, showing.state(job), showing.took(job), _became(job)) for job in jobs]
        showing.print_table(("NUMBER ", "KIND", "STATE", "TOOK ", "WHAT BECAME OF IT"), rows)
        print()
        login = [("the page", self._ready.url), ("user", "admin"), ("password", password)]
        showing.print_fields([*login, ("commands", f"{_program()} jobs watch --data {self._settings.data}")])
        if cloud:
            print(f"\nOpenStack's command line, as {_OWNER}, once these lines are pasted: openstack ma dataset list")
            print("\n".join(cloud), end="\n\n")
        print("Stop with Ctrl-C.", flush=True)


def _program() -> str:
    """Return how a shell finds the command that belongs to this Python: by its name only where that leads here."""
    beside = Path(sys.executable).with_name("jobyard")
    found = shutil.which("jobyard")
    return str(beside) if beside.exists() and (found is None or not beside.samefile(found)) else "jobyard"


def _became(job: Job) -> str:
    if job.failure is not None:
        return job.failure.message
    result = job.result if isinstance(job.result, dict) else {}
    counts = [f"{word.replace('_', ' ')} {value}" for word, value in result.items() if _plain(value)]
    return f"{job.name}: {', '.join(counts)}" if counts else job.name


def _plain(value: object) -> bool:
    """Tell whether part of a result says something in a table: a word or a number that is not nothing."""
    return isinstance(value, str | int | float) and not isinstance(value, bool) and bool(value)


def _tell(sentence: str) -> None:
    print(f"- {showing.safe(sentence).plain}", file=sys.stderr, flush=True)


def _settings(folder: Path, port: int) -> Settings:
    return Settings(
        data=str(folder),
        host=_HOST,
        port=port,
        workers=2,
        slots=2,
        source_roots=(str(folder / "pictures"),),
        commands=(sys.executable, "sh", "sleep"),
    )


def _free_port() -> int:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((_HOST, _PORT))
        except OSError:
            return 0
    return _PORT
