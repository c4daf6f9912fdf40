"""Parameters, configuration, artifacts and models inside a task's larger parts: how they are set and taken away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from jobyard.faces.clearml.wire import Json
from jobyard.faces.clearml.wire.parts import Artifact, Configuration, ModelItem, Models, Parameter, ParameterKey

PROPERTIES = "properties"
"""The section of what people set by hand; it may be changed however a task stands."""
LEGACY = "legacy"
ARGUMENTS = "Args"
DEFINED = "TF_DEFINE"
"""The one section that clients before 2.9 name, before a slash."""


def parameters(said: dict[str, dict[str, Parameter]]) -> Json:
    """Return parameters by section and name, as they are kept."""
    return {section: {name: plain(one) for name, one in named.items()} for section, named in said.items()}


def take_legacy(sections: Json, said: Json, *, beside: bool = False) -> None:
    """Set parameters as clients before 2.9 say them, in the place of those that they said before, or `beside` them.

    One that they were told by its section and name stays there; any other is an argument.
    """
    kept: Json = {}
    for section, named in sections.get("hyperparams", {}).items():
        others = {name: one for name, one in named.items() if beside or one.get("type") != LEGACY}
        if others:
            kept[section] = others
    for name, value in said.items():
        section, _, rest = name.partition("/")
        known = kept.get(section, {}).get(rest)
        place, own = (section, rest) if known or (section == DEFINED and rest) else (ARGUMENTS, name)
        fresh = {"section": place, "name": own, "value": _text(value), "type": LEGACY}
        kept.setdefault(place, {})[own] = fresh if known is None else {**known, "value": _text(value)}
    sections["hyperparams"] = kept


def take_design(sections: Json, said: Json, *, beside: bool = False) -> None:
    """Set configuration as clients before 2.9 say it, as what a model looks like; what they said before goes."""
    kept: Json = sections.get("configuration", {})
    others = {name: one for name, one in kept.items() if beside or one.get("type") != LEGACY}
    fresh = {name: {"name": name, "value": _text(value), "type": LEGACY} for name, value in said.items()}
    sections["configuration"] = others | fresh


def to_design(kept: Json) -> Json:
    """Return configuration as clients before 2.9 read it."""
    return {name: one.get("value", "") for name, one in kept.items() if one.get("type") == LEGACY}


def to_legacy(kept: Json) -> Json:
    """Return parameters as clients before 2.9 read them."""
    return {
        name if section == ARGUMENTS else f"{section}/{name}": one.get("value", "")
        for section, named in kept.items()
        for name, one in named.items()
    }


def set_parameters(sections: Json, said: Sequence[Parameter], replaced: str) -> int:
    """Set parameters; `replaced` says which others go: none, those of the same section, or all."""
    kept: Json = {} if replaced == "all" else sections.get("hyperparams", {})
    if replaced == "section":
        kept = {section: named for section, named in kept.items() if section not in {one.section for one in said}}
    for one in said:
        kept.setdefault(one.section, {})[one.name] = plain(one)
    sections["hyperparams"] = kept
    return 1


def drop_parameters(sections: Json, keys: Sequence[ParameterKey]) -> int:
    """Take parameters or whole sections away."""
    kept: Json = sections.get("hyperparams", {})
    for key in keys:
        named = kept.get(key.section or "")
        if named is None:
            continue
        if key.name is None or (named.pop(key.name, None) is not None and not named):
            del kept[key.section or ""]
    sections["hyperparams"] = kept
    return 1


def set_configuration(sections: Json, said: Sequence[Configuration], *, replaced: bool) -> None:
    """Set pieces of configuration."""
    kept: Json = {} if replaced else sections.get("configuration", {})
    sections["configuration"] = kept | {one.name: plain(one) for one in said}


def set_artifacts(sections: Json, said: Sequence[Artifact]) -> None:
    """Set artifacts; one of the same key and mode is replaced. They are kept by key."""
    execution = sections.setdefault("execution", {})
    kept = {(one["key"], one.get("mode", "output")): one for one in execution.get("artifacts", [])}
    kept |= {(one.key, one.mode): plain(one) for one in said}
    execution["artifacts"] = [kept[key] for key in sorted(kept)]


def drop_artifacts(sections: Json, keys: Collection[tuple[str, str]]) -> int:
    """Take artifacts away; return how many went."""
    execution = sections.setdefault("execution", {})
    kept: list[Json] = execution.get("artifacts", [])
    left = [one for one in kept if (one["key"], one.get("mode", "output")) not in keys]
    execution["artifacts"] = left
    return len(kept) - len(left)


def models(said: Models, now: str) -> Json:
    """Return the models of a task as they are kept."""
    return {side: [{**plain(one), "updated": now} for one in getattr(said, side) or []] for side in ("input", "output")}


def set_model(sections: Json, side: str, item: ModelItem, now: str) -> None:
    """Let a model belong to a task; one of the same name is replaced."""
    kept = sections.setdefault("models", {"input": [], "output": []})
    there: list[Json] = kept.setdefault(side, [])
    fresh = {**plain(item), "updated": now}
    for at, one in enumerate(there):
        if one["name"] == item.name:
            there[at] = fresh
            return
    there.append(fresh)


def drop_models(sections: Json, keys: Collection[tuple[str, str]]) -> int:
    """Let models belong to a task no more; return how many."""
    kept = sections.setdefault("models", {"input": [], "output": []})
    gone = 0
    for side, there in kept.items():
        left = [one for one in there if (one["name"], side) not in keys]
        gone += len(there) - len(left)
        kept[side] = left
    return gone


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def plain(said: msgspec.Struct) -> Json:
    """Return what was said of something, without what was not."""
    found: Json = msgspec.to_builtins(said)
    return {name: trimmed(value) for name, value in found.items() if value is not None}


def trimmed(value: Any) -> Any:
    """Return a value without what was not said inside of it."""
    if isinstance(value, dict):
        return {name: one for name, one in value.items() if one is not None}
    return value
