"""Kinds are known by name, whoever brings them, and a submission is checked before anything is written down."""

from __future__ import annotations

import importlib.metadata
from importlib.metadata import EntryPoint
from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta, Struct

from jobyard.job.errors import UnknownKind, WrongParameters
from jobyard.job.record import Resource
from jobyard.kinds import Context, Kind, Registry
from jobyard.kinds.registry import GROUP
from jobyard.people.record import Role


class Slice(Struct, forbid_unknown_fields=True):
    """A part of a dataset."""

    start: Annotated[int, Meta(ge=0)]
    end: int | None = None


class Resize(Kind):
    """A kind as a stranger would write it."""

    name = "pictures.resize"
    title = "Resize pictures"

    class Parameters(Struct, forbid_unknown_fields=True):
        """What it needs."""

        width: Annotated[int, Meta(ge=1, le=10_000)]
        form: Literal["png", "jpeg"] = "png"
        slices: list[Slice] = []

    @classmethod
    def resource(cls, parameters: Resize.Parameters) -> Resource | None:
        return Resource(type="picture", id=str(parameters.width))

    def run(self, parameters: Resize.Parameters, context: Context) -> Any:
        return {"width": parameters.width}


class Shadow(Resize):
    """Another class that says the same name."""


class Plain(Kind):
    """A kind that says only what it must."""

    name = "plain"
    title = "Plain work"

    class Parameters(Struct):
        """It needs nothing."""

    def run(self, parameters: Plain.Parameters, context: Context) -> Any:
        return None


def test_kinds_are_listed_by_name() -> None:
    registry = Registry([Resize, Plain])
    assert registry.names() == ["pictures.resize", "plain"]
    assert list(registry) == [Resize, Plain]
    assert registry.kind("plain") is Plain


def test_an_empty_registry_is_fine() -> None:
    assert Registry().names() == []
    with pytest.raises(UnknownKind) as refusal:
        Registry().kind("plain")
    assert refusal.value.sentence == "There is no job kind plain; known are: none."


def test_an_unknown_kind_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(UnknownKind) as refusal:
        Registry([Plain, Resize]).kind("pictures.rotate")
    assert refusal.value.sentence == "There is no job kind pictures.rotate; known are: pictures.resize, plain."


def test_taking_the_same_class_in_twice_is_no_harm() -> None:
    registry = Registry([Plain])
    registry.add(Plain)
    assert registry.names() == ["plain"]


def test_two_classes_of_one_name_are_refused_and_both_are_named() -> None:
    with pytest.raises(ValueError, match=r"two kinds are called pictures\.resize: .*test_registry and .*test_registry"):
        Registry([Resize, Shadow])


def test_two_registries_do_not_know_each_other() -> None:
    first, second = Registry(), Registry()
    first.add(Plain)
    assert second.names() == []


def test_fitting_parameters_become_the_kinds_own_type() -> None:
    given = {"width": 640, "slices": [{"start": 0}, {"start": 5, "end": 9}]}
    parameters = Registry([Resize]).parameters("pictures.resize", given)
    assert parameters == Resize.Parameters(width=640, slices=[Slice(start=0), Slice(start=5, end=9)])


@pytest.mark.parametrize(
    ("given", "place", "message"),
    [
        ({}, "parameters", "Object missing required field `width`"),
        ({"width": "640"}, "parameters.width", "Expected `int`, got `str`"),
        ({"width": 0}, "parameters.width", "Expected `int` >= 1"),
        ({"width": 10_001}, "parameters.width", "Expected `int` <= 10000"),
        ({"width": True}, "parameters.width", "Expected `int`, got `bool`"),
        ({"width": 1, "form": "gif"}, "parameters.form", "Invalid enum value 'gif'"),
        ({"width": 1, "height": 2}, "parameters", "Object contains unknown field `height`"),
        ({"width": 1, "slices": [{"start": 0}, {"start": -1}]}, "parameters.slices[1].start", "Expected `int` >= 0"),
        ({"width": 1, "slices": [{"start": 0, "x": 1}]}, "parameters.slices[0]", "Object contains unknown field `x`"),
        ([], "parameters", "Expected `object`, got `array`"),
        (None, "parameters", "Expected `object`, got `null`"),
    ],
)
def test_wrong_parameters_name_the_place(given: Any, place: str, message: str) -> None:
    with pytest.raises(WrongParameters) as refusal:
        Registry([Resize]).parameters("pictures.resize", given)
    assert refusal.value.fields == [{"path": place, "message": message}]
    assert refusal.value.sentence == f"The parameters do not fit pictures.resize: {message} ({place})"


def test_parameters_of_an_unknown_kind_are_refused_as_such() -> None:
    with pytest.raises(UnknownKind):
        Registry().parameters("plain", {})


def _entry_points(monkeypatch: pytest.MonkeyPatch, *entries: EntryPoint) -> None:
    def found(*, group: str) -> list[EntryPoint]:
        return [entry for entry in entries if entry.group == group]

    monkeypatch.setattr("jobyard.kinds.registry.entry_points", found)


def test_installed_packages_bring_their_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    _entry_points(
        monkeypatch,
        EntryPoint("pictures.resize", f"{__name__}:Resize", GROUP),
        EntryPoint("other", f"{__name__}:Plain", "somebody.else"),
    )
    assert list(Registry.installed()) == [Resize]


def test_two_packages_with_one_name_are_told_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    _entry_points(
        monkeypatch,
        EntryPoint("a", f"{__name__}:Resize", GROUP),
        EntryPoint("b", f"{__name__}:Shadow", GROUP),
    )
    with pytest.raises(ValueError, match="two kinds are called"):
        Registry.installed()


def test_every_kind_we_bring_is_registered_under_its_own_name() -> None:
    ours = [entry for entry in importlib.metadata.entry_points(group=GROUP) if entry.value.startswith("jobyard.")]
    for entry in ours:
        assert entry.load().name == entry.name
    assert {entry.name for entry in ours} <= set(Registry.installed().names())


def test_a_kind_that_says_only_what_it_must_is_careful() -> None:
    assert (Plain.queue, Plain.tries, Plain.time_limit, Plain.memory_limit) == ("default", 1, None, None)
    assert (Plain.least_role, Plain.grace, Plain.results_for) == (Role.MEMBER, 5.0, 30 * 86_400.0)
    assert Plain.resource(Plain.Parameters()) is None


def test_a_kind_without_work_cannot_be_made() -> None:
    class Idle(Kind):
        name = "idle"
        title = "Idle"

    with pytest.raises(TypeError, match="run"):
        Idle()  # type: ignore[abstract]
