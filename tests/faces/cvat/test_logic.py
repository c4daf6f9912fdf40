from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.faces.cvat.logic import compiled, demanded
from jobyard.job.errors import Invalid

FIELDS = frozenset({"a", "b", "name"})
FACTS = {"a": 3, "b": None, "name": "Tom Cat"}


def holds(rule: Any) -> bool:
    return bool(compiled(json.dumps(rule), FIELDS)(FACTS))


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ({"==": [{"var": "a"}, 3]}, True),
        ({"==": [3, {"var": "a"}]}, True),
        ({"==": [{"var": "name"}, "tom cat"]}, True),
        ({"!=": [{"var": "a"}, 3]}, False),
        ({"<": [{"var": "a"}, 4]}, True),
        ({"<=": [1, {"var": "a"}, 3]}, True),
        ({"<=": [4, {"var": "a"}, 5]}, False),
        ({"<": [{"var": "b"}, 4]}, False),
        ({"in": [{"var": "a"}, [1, 3]]}, True),
        ({"in": ["cat", {"var": "name"}]}, True),
        ({"!": {"var": "b"}}, True),
        ({"!!": [{"var": "b"}]}, False),
        ({"and": [{"==": [{"var": "a"}, 3]}, {"!": [{"var": "a"}]}]}, False),
        ({"or": [{"==": [{"var": "a"}, 3]}, {"!": [{"var": "a"}]}]}, True),
    ],
)
def test_operators_do_what_they_are_known_for(rule: Any, wanted: bool) -> None:
    assert holds(rule) is wanted


@pytest.mark.parametrize(
    "rule",
    ["", "3", "[]", '"a"', '{"var":"c"}', '{"var":1}', '{"a":1,"b":2}', '{"method":[]}', '{"==":[1]}', "{" * 99],
)
def test_what_cannot_be_read_is_refused(rule: str) -> None:
    with pytest.raises(Invalid):
        compiled(rule, FIELDS)


def test_depth_and_length_are_bounded() -> None:
    with pytest.raises(Invalid):
        compiled('{"!":' * 40 + "1" + "}" * 40, FIELDS)
    with pytest.raises(Invalid):
        compiled(json.dumps({"==": [{"var": "a"}, "x" * 20_000]}), FIELDS)


def test_what_a_filter_demands_for_certain_is_known() -> None:
    rule = {"and": [{"==": [{"var": "a"}, 3]}, {"or": [{"==": [{"var": "b"}, 1]}]}, {"==": ["x", {"var": "name"}]}]}
    assert demanded(json.dumps(rule)) == {"a": 3, "name": "x"}
    assert demanded('{"or":[{"==":[{"var":"a"},3]}]}') == {}


_RULES: Any = st.recursive(
    st.one_of(
        st.sampled_from([{"var": "a"}, {"var": "b"}, {"var": "name"}]),
        st.integers(),
        st.text(max_size=5),
        st.lists(st.integers(), max_size=3),
        st.none(),
    ),
    lambda inner: st.dictionaries(
        st.sampled_from(["and", "or", "!", "!!", "==", "!=", "<", "<=", ">", ">=", "in"]),
        st.lists(inner, max_size=3),
        min_size=1,
        max_size=1,
    ),
    max_leaves=12,
)


@given(_RULES)
def test_a_rule_is_refused_or_answers(rule: Any) -> None:
    text = json.dumps(rule)
    try:
        test = compiled(text, FIELDS)
    except Invalid:
        return
    test(FACTS)
    demanded(text)
