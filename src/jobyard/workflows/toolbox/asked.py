"""What a macro of Designer was told: the values of its questions, by their names."""

from __future__ import annotations

from jobyard.workflows.document.markup import Element


def answers(configuration: Element) -> dict[str, str]:
    """Return the answers, by the names of the questions."""
    return {one.attributes.get("name", ""): one.text for one in configuration.every("Value")}


def ticked(told: dict[str, str], name: str) -> bool:
    """Tell whether a box is ticked or a choice is made."""
    return told.get(name, "").strip().lower() == "true"


def listed(said: str) -> list[str]:
    """Return the names in a list such as `"one","two"`; a name without quotes stands for itself."""
    pieces = said.split('"')
    return pieces[1::2] if len(pieces) > 1 else [said.strip()] if said.strip() else []
