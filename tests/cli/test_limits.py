"""`jobyard limits` against a real house."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jobyard.cli.codes import Trouble
from jobyard.cli.limits import size_in
from jobyard.client import Jobyard
from jobyard.job.ids import new_id
from tests.cli.running import RunningHouse, called


@pytest.fixture(scope="module")
def client(house: RunningHouse) -> Iterator[Jobyard]:
    with house.client() as made:
        yield made


def test_a_limit_is_set_listed_met_and_dropped(house: RunningHouse, client: Jobyard) -> None:
    name = f"user-{new_id()[:8]}"
    client.users.add(name)
    token = client.keys.create(user=name).secret
    own = ("--url", house.url, "--token", token)
    told = house.call("limits", "set", "owner", name, "--queued", "1", "--stored", "20G")
    assert (told.code, told.out) == (0, f"owner {name}: at most 1 queued, 20.0 GiB stored\n")
    assert name in house.call("limits", "list").out
    [limit] = [one for one in house.call("limits", "list", "--json").json if one["name"] == name]
    assert (limit["queued"], limit["running"], limit["stored"], limit["set_by"]) == (1, None, 20 * 2**30, "admin")
    submit = ("jobs", "submit", "command.run", "-p", 'argv=["echo"]', "--queue", "nobody", *own)
    first = called(*submit, "--json").json
    [use] = called("limits", "mine", "--json", *own).json
    assert use["queued"] == {"used": 1, "limit": 1}
    assert "1 of 1" in called("limits", "mine", *own).out
    over = called(*submit)
    assert over.code == 3 and "and 1 are allowed; try again in" in over.err
    assert called("limits", "set", "owner", name, "--queued", "9", *own).code == 3, "for operators"
    client.cancel(first["id"])
    assert house.call("limits", "drop", "owner", name, "--json").json["dropped"] is True
    gone = house.call("limits", "drop", "owner", name)
    assert gone.code == 3 and "no limit" in gone.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("set", "owner", "x"), 3),
        (("set", "queue", "x", "--stored", "1G"), 3),
        (("set", "owner", "x", "--stored", "much"), 2),
        (("set", "worker", "x", "--queued", "1"), 2),
        (("set", "owner", "A B", "--queued", "1"), 3),
        (("set", "owner", "x", "--queued", "-1"), 3),
        (("drop", "owner", "nobody-at-all"), 3),
    ],
)
def test_what_is_no_limit_is_told(house: RunningHouse, words: tuple[str, ...], code: int) -> None:
    told = house.call("limits", *words)
    assert (told.code, told.out) == (code, ""), told.err
    assert told.err.startswith("jobyard: ") and told.err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("1000", 1000), ("1K", 1024), ("500M", 500 * 2**20), ("20GiB", 20 * 2**30), ("2 tb", 2 * 2**40)],
)
def test_a_size_is_read(text: str, size: int) -> None:
    assert size_in(text) == size


@pytest.mark.parametrize("text", ["", "G", "1.5G", "-1", "1X", "ten", "1GG", "٣"])
def test_what_is_no_size_is_told(text: str) -> None:
    with pytest.raises(Trouble):
        size_in(text)
