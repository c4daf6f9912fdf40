"""How routes know people, by ids on the wire and by login names in the house; and how they tell an id."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from litestar import Response

from jobyard.faces.alteryx import taking
from jobyard.faces.alteryx.surroundings import Ask
from jobyard.job.errors import NotFound


async def user_named(request: Ask, id_: str, field: str = "") -> str:
    """Return the name of the user with an id. Raises Invalid where a field says it, NotFound where an address does."""
    name = await request.engine.people.name_of(id_.strip())
    if name:
        return name
    if field:
        raise taking.wrong(field, f"There is no user {id_[:64]}.")
    raise NotFound(what="user", name=id_[:64])


async def ids_of(request: Ask, *names: Iterable[str]) -> dict[str, str]:
    """Return the ids of users by their names."""
    return await request.library.ids_of(name for some in names for name in some)


def named(id_: str, status: int = 200) -> Response[bytes]:
    """Return the answer that tells the id of what was made: a text in JSON."""
    return Response(msgspec.json.encode(id_), status_code=status, media_type="application/json")


async def require_credential(request: Ask, id_: str | None) -> None:
    """Raise Invalid where a credential is named that the asker may not give to a run."""
    if not id_:
        return
    try:
        await request.house.sharing.credentials.usable(request.user, id_)
    except NotFound:
        raise taking.wrong("credentialId", f"There is no credential {id_[:64]}.") from None
