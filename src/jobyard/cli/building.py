"""Putting a house together from settings, with what is wrong with them told as a sentence."""

from __future__ import annotations

from jobyard.cli.codes import Code, Trouble
from jobyard.server import House, build, open_store
from jobyard.settings import Settings


def built(settings: Settings, kinds: str = "") -> House:
    """Return the house; `kinds` names, as `MODULE:ATTRIBUTE`, what it can do, empty for all that is installed.

    Raises Trouble for settings that cannot be, FolderInUse when another server has the data folder.
    """
    try:
        if not kinds:
            return build(settings)
        from jobyard.worker.nursery import load

        return House(settings, open_store(settings), load(kinds))
    except ValueError as error:
        raise Trouble(f"{error}.", Code.USAGE) from None
    except PermissionError as error:
        raise Trouble(f"{error}.") from None
