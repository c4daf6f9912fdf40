"""What the random houses of `test_model` are drawn from: few names of everything, so that they meet each other."""

from __future__ import annotations

import hypothesis.strategies as st

from jobyard.job.filters import EVERYTHING, Filter, Scope
from jobyard.job.record import Resource
from jobyard.job.states import State
from tests.store.making import NOW

OWNERS, PROJECTS, QUEUES, KINDS = ["ada", "bob", "cy"], [None, "p1", "p2"], ["cpu", "gpu"], ["one", "two"]
UNIQUE, SCHEDULES, DRAWERS = ["u1", "u2"], ["s1", "s2"], ["limit", "hook"]
ORIGINS = ["1" * 32, "2" * 32]
WORDS = ["night", "nights", "Zug", "züge", "a b"]
LABELS = st.dictionaries(st.sampled_from(["team", "hot"]), st.sampled_from(["", "x", "y"]), max_size=2)
ANY_OWNER, ANY_PROJECT, ANY_QUEUE = st.sampled_from(OWNERS), st.sampled_from(PROJECTS), st.sampled_from(QUEUES)
SCOPES = st.one_of(
    st.just(EVERYTHING),
    st.builds(
        Scope,
        owner=st.sampled_from([None, *OWNERS]),
        projects=st.frozensets(st.sampled_from(["p1", "p2"])),
    ),
)
FILTERS = st.builds(
    Filter,
    states=st.frozensets(st.sampled_from(list(State)), max_size=3),
    kinds=st.frozensets(st.sampled_from(KINDS), max_size=1),
    owners=st.frozensets(ANY_OWNER, max_size=2),
    projects=st.frozensets(st.sampled_from(["p1", "p2"]), max_size=1),
    queues=st.frozensets(ANY_QUEUE, max_size=1),
    labels=st.frozensets(st.tuples(st.sampled_from(["team", "hot"]), st.sampled_from([None, "", "x"])), max_size=2),
    resource_id=st.sampled_from([None, None, "d1"]),
    schedule=st.sampled_from([None, None, "s1"]),
    format=st.sampled_from([None, None, None, "Coco"]),
    marked=st.sampled_from([None, None, None, ("face.number", 1), ("assignment", 1)]),
    origin=st.sampled_from([None, None, None, *ORIGINS]),
    created_from=st.sampled_from([None, None, NOW + 3]),
    text=st.sampled_from(["", "", "nig", "zu", "zü", "a", "broke"]),
)
SUBMISSIONS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(KINDS),
        "owner": ANY_OWNER,
        "project": ANY_PROJECT,
        "queue": ANY_QUEUE,
        "priority": st.integers(-2, 2),
        "labels": LABELS,
        "name": st.sampled_from(WORDS),
        "tries": st.integers(1, 2),
        "external": st.sampled_from([*[False] * 6, True]),
        "state": st.sampled_from([*[State.QUEUED] * 5, State.DRAFT]),
        "resource": st.sampled_from([None, Resource(type="dataset", id="d1")]),
        "wait": st.sampled_from([0, 0, 0, 0, 2]),
        "unique": st.sampled_from([None, None, None, None, *UNIQUE]),
        "schedule": st.sampled_from([None, *SCHEDULES]),
        "origin": st.sampled_from([None, *ORIGINS]),
        "marks": st.sampled_from([{}, {"face": {"number": 1}}, {"face": {"number": 2}, "other": 1}]),
        "parameters": st.sampled_from(
            [{}, {}, {"format": "COCO"}, {"format": "yolo", "text": "\0"}, {"format": 5}, {"assignment": 1}]
        ),
    }
)
