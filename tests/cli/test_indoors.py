"""A house opened in this process, and the keys a house makes for its own people."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from jobyard.cli.building import built
from jobyard.cli.codes import Code, Trouble
from jobyard.cli.housekeys import HouseKeys
from jobyard.cli.indoors import opened
from jobyard.client import NotFound
from jobyard.job.errors import FolderInUse, Unauthenticated
from jobyard.people.record import HOUSE, Key, KeyForm, KeyScope, Role
from jobyard.server import House
from jobyard.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=str(tmp_path / "data"), commands=("echo",))


def inside(settings: Settings, play: Callable[[House], Awaitable[None]]) -> None:
    """Do something in a house that runs without a port."""

    async def live() -> None:
        house = built(settings)
        async with house.running():
            await play(house)

    asyncio.run(live())


@pytest.fixture
def founded(settings: Settings) -> Settings:
    """A house that has its first administrator."""

    async def found(house: House) -> None:
        assert await house.first_password()

    inside(settings, found)
    return settings


def test_a_folder_is_asked_like_a_server(founded: Settings) -> None:
    with opened(founded) as client:
        assert client.session().user.name == "admin"
        job = client.submit("command.run", {"argv": ["echo"]}, draft=True)
        assert client.url == "http://127.0.0.1:8080"
    with opened(founded) as client:
        assert client.job(job.id).state == "draft"
        with pytest.raises(NotFound):
            client.job("0" * 32)


def test_no_thread_and_no_lock_stay_behind(founded: Settings) -> None:
    before = threading.active_count()
    for _ in range(2):
        with opened(founded) as client:
            client.counts()
    assert threading.active_count() == before


def test_an_error_inside_closes_the_house_too(founded: Settings) -> None:
    with pytest.raises(ZeroDivisionError), opened(founded):
        raise ZeroDivisionError
    with opened(founded) as client:
        client.counts()


def test_a_folder_in_use_is_refused(founded: Settings) -> None:
    with opened(founded), pytest.raises(FolderInUse), opened(founded):
        raise AssertionError("two at once")


def test_a_house_without_an_administrator_lets_nobody_in(settings: Settings) -> None:
    inside(settings, _nothing)
    with pytest.raises(Trouble) as caught, opened(settings):
        raise AssertionError("somebody came in")
    assert caught.value.code is Code.REFUSED


def test_a_large_answer_and_a_large_question_pass(founded: Settings) -> None:
    with opened(founded) as client:
        text = "x" * 60_000
        job = client.submit("command.run", {"argv": ["echo"], "stdin": text}, draft=True)
        assert client.job(job.id).parameters["stdin"] == text


def test_settings_that_cannot_be_are_told_as_usage(tmp_path: Path) -> None:
    for wrong in (
        Settings(data=str(tmp_path / "a"), commands=("no-such-program-anywhere",)),
        Settings(data=str(tmp_path / "b"), source_roots=("relative",)),
    ):
        with pytest.raises(Trouble) as caught:
            built(wrong)
        assert caught.value.code is Code.USAGE


def test_a_master_key_that_others_can_read_is_not_used(founded: Settings) -> None:
    (founded.folder / "master.key").chmod(0o644)
    with pytest.raises(Trouble, match=r"master\.key"):
        built(founded)


def test_house_keys_are_good_until_they_are_taken_back(founded: Settings) -> None:
    async def play(house: House) -> None:
        keys = HouseKeys(house.engine, founded.folder)
        full, desk = await keys.make(KeyScope.FULL), await keys.make(KeyScope.DESK)
        assert (await house.engine.people.actor(full)).role is Role.ADMINISTRATOR
        assert (await house.engine.people.actor(desk)).scope is KeyScope.DESK
        await keys.take_back()
        for token in (full, desk):
            with pytest.raises(Unauthenticated):
                await house.engine.people.actor(token)

    inside(founded, play)


def test_only_the_same_houses_old_keys_are_taken_back(founded: Settings) -> None:
    async def play(house: House) -> None:
        people = house.engine.people
        killed = await HouseKeys(house.engine, founded.folder).make(KeyScope.FULL)
        neighbour = await HouseKeys(house.engine, Path("/elsewhere")).make(KeyScope.FULL)
        _, own = await people.add_key(HOUSE, Key(id="", user="admin", form=KeyForm.TOKEN, label="laptop"))
        await HouseKeys(house.engine, founded.folder).take_back_old()
        with pytest.raises(Unauthenticated):
            await people.actor(killed)
        for token in (neighbour, own):
            assert (await people.actor(token)).name == "admin"

    inside(founded, play)


def test_the_first_administrator_who_may_sign_in_lends_their_name(founded: Settings) -> None:
    async def play(house: House) -> None:
        people = house.engine.people
        await people.add_user(HOUSE, "second", Role.ADMINISTRATOR)
        await people.add_user(HOUSE, "a-member", Role.MEMBER)
        await people.change_user(HOUSE, "admin", disabled=True)
        token = await HouseKeys(house.engine, founded.folder).make(KeyScope.FULL)
        assert (await people.actor(token)).name == "second"

    inside(founded, play)


async def _nothing(house: House) -> None:
    return None
