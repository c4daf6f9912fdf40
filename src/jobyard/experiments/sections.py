"""What of a task's larger parts goes over into a copy, and what a reset takes away."""

from __future__ import annotations

import math

from jobyard.experiments.record import Json

TRIES = 100
"""The most tries of one task."""


def carried(sections: Json) -> Json:
    """Return the larger parts of a copy: what the task is told, and nothing of what it ran or made."""
    execution = {name: value for name, value in sections.get("execution", {}).items() if name != "queue"}
    execution["artifacts"] = [one for one in execution.get("artifacts", []) if one.get("mode") == "input"]
    return {
        "script": sections.get("script", {}),
        "execution": execution,
        "hyperparams": sections.get("hyperparams", {}),
        "configuration": sections.get("configuration", {}),
        "container": sections.get("container", {}),
        "models": {"input": sections.get("models", {}).get("input", []), "output": []},
        "output": {name: value for name, value in sections.get("output", {}).items() if name == "destination"},
    }


def cleared(sections: Json, *, everything: bool = False) -> None:
    """Empty the larger parts of a task of what its runs left there, or of everything that says what is run."""
    sections["runtime"] = {}
    sections.get("models", {})["output"] = []
    output = sections.get("output", {})
    sections["output"] = {name: value for name, value in output.items() if name == "destination"}
    execution = sections.setdefault("execution", {})
    execution.pop("queue", None)
    execution["artifacts"] = [one for one in execution.get("artifacts", []) if one.get("mode") == "input"]
    if everything:
        sections["execution"], sections["script"] = {}, {}


def tries(sections: Json) -> int:
    """Return how often a task may be begun where its agents go away: what the property `tries` says, else once."""
    said = sections.get("hyperparams", {}).get("properties", {}).get("tries", {}).get("value")
    text = str(said or "").strip()
    return min(max(int(text), 1), TRIES) if text.isascii() and text.isdecimal() and len(text) < 9 else 1


def grace(sections: Json) -> float | None:
    """Return the seconds that a program asked for, to end in its own way once it learns of a wish; None for none."""
    said = sections.get("runtime", {}).get("_abort_callback_timeout")
    try:
        seconds = float(said)
    except (TypeError, ValueError):
        return None
    return seconds if 0 < seconds < math.inf else None
