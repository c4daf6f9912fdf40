"""What people may do beyond their role. Only administrators grant it, and take it back."""

from __future__ import annotations

from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.engine import audit
from jobyard.engine.ledger import Ledger
from jobyard.engine.standing import held
from jobyard.job.errors import NotFound
from jobyard.people.record import Actor, Right, User
from jobyard.store.contract import Transaction


class Rights:
    """Grant a right, and revoke it. Both count from the next thing that their owner asks, and say nothing twice."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def grant(self, actor: Actor, name: str, right: str) -> User:
        """Give somebody a right. Raises NotFound where there is no such user, or no such right."""
        return await self._set(actor, name, right, has=True)

    async def revoke(self, actor: Actor, name: str, right: str) -> User:
        """Take a right from somebody; what they run by it already goes on. Raises NotFound where they have it not."""
        return await self._set(actor, name, right, has=False)

    async def _set(self, actor: Actor, name: str, said: str, *, has: bool) -> User:
        rules.require_house(actor, House.MANAGE_USERS)
        right = next((one for one in Right if one.value == said), None)
        if right is None:
            raise NotFound(what="right", name=said[:64])

        def work(transaction: Transaction) -> User:
            user = held(transaction, name)
            if (right in user.rights) is has:
                if has:
                    return user
                raise NotFound(what="right", name=right.value)
            changed = replace(user, rights=user.rights | {right} if has else user.rights - {right})
            transaction.put_user(changed)
            verb = "granted a right to" if has else "revoked a right of"
            audit.tell(transaction, self._ledger.now(), actor.name, verb, f"user {name}", {"right": right.value})
            return changed

        return await self._ledger.write(work)
