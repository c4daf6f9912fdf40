"""Users as these clients know them: by a number, which each is given once."""

from __future__ import annotations

from collections.abc import Iterable

from jobyard.faces.cvat.surroundings import USERS, Ask
from jobyard.faces.cvat.wire import UserRef


async def refs(request: Ask, names: Iterable[str | None]) -> dict[str, UserRef]:
    """Return who these users are, by name."""
    numbers = await request.engine.numbers.of(USERS, (name for name in names if name))
    said = await request.engine.profiles.users(numbers) if numbers else {}
    return {
        name: UserRef(
            url=request.link(f"users/{number}"),
            id=number,
            username=name,
            first_name=said[name].first_name,
            last_name=said[name].last_name,
        )
        for name, number in numbers.items()
    }


async def ref(request: Ask, name: str) -> UserRef:
    """Return who one user is."""
    return (await refs(request, [name]))[name]
