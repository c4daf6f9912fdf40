"""What may be asked of credentials. A password that was set is never shown again; only a run is given it."""

from __future__ import annotations

from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.access.vault import BrokenSeal, Vault
from jobyard.engine import audit
from jobyard.engine.ledger import Ledger
from jobyard.job.errors import Conflict, Invalid, NotFound, Refused
from jobyard.job.ids import new_id
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View
from jobyard.workflows.sharing import rows, standing
from jobyard.workflows.sharing.record import Credential, CredentialUse, Form

MOST = 5_000
LONGEST_PASSWORD = 4_096
_LABEL = "run credential"


class Credentials:
    """Keep, list, change, delete; say who may use them, and open one for a run."""

    def __init__(self, ledger: Ledger, vault: Vault) -> None:
        self._ledger = ledger
        self._vault = vault

    async def create(self, actor: Actor, name: str, password: str) -> CredentialUse:
        """Keep a credential of the actor's own. Raises Refused, Invalid or Conflict."""
        rules.require_house(actor, House.MAKE_PROJECTS)
        now, id_ = self._ledger.now(), new_id()
        named = standing.named(name, "credential")
        made = Credential(
            id=id_, name=named, owner=actor.name, sealed=self._sealed(id_, password), created_at=now, updated_at=now
        )

        def work(transaction: Transaction) -> CredentialUse:
            transaction.alone("credentials for runs")
            others = rows.credentials(transaction)
            if any((one.credential.owner, one.credential.name) == (actor.name, named) for one in others):
                raise Conflict(reason=f"You have a credential {named} already; set its password instead.")
            if len(others) >= MOST:
                raise Conflict(reason="There are as many credentials already as there may be; delete one first.")
            rows.put_credential(transaction, made)
            audit.tell(transaction, now, actor.name, "made", f"credential {named}", {"id": id_})
            return CredentialUse(credential=made)

        return await self._ledger.write(work)

    async def all(self, actor: Actor) -> list[CredentialUse]:
        """Return the credentials that somebody may use or look after, by name."""

        def work(view: View) -> list[CredentialUse]:
            return [one for one in rows.credentials(view) if _sees(view, actor, one)]

        return await self._ledger.search(work)

    async def get(self, actor: Actor, id_: str) -> CredentialUse:
        """Return a credential. Raises NotFound."""
        return await self._ledger.read(lambda view: _seen(view, actor, id_))

    async def usable(self, actor: Actor, id_: str) -> CredentialUse:
        """Return a credential that somebody may give to a run. Raises NotFound."""
        return await self._ledger.read(lambda view: require_use(view, actor, id_))

    async def set_password(self, actor: Actor, id_: str, password: str) -> CredentialUse:
        """Set another password; runs that begin from now on are given it. Raises NotFound, Refused or Invalid."""
        sealed = self._sealed(id_, password)

        def work(transaction: Transaction) -> CredentialUse:
            found, now = _governed(transaction, actor, id_), self._ledger.now()
            changed = replace(found.credential, sealed=sealed, updated_at=now)
            rows.put_credential(transaction, changed)
            audit.tell(transaction, now, actor.name, "set password of", f"credential {changed.name}", {"id": id_})
            return replace(found, credential=changed)

        return await self._ledger.write(work)

    async def delete(self, actor: Actor, id_: str, *, force: bool = False) -> None:
        """Forget a credential. Raises NotFound, Refused, or Conflict for one that others use, unless forced."""

        def work(transaction: Transaction) -> None:
            found = _governed(transaction, actor, id_)
            if not force and (found.users or found.groups):
                raise Conflict(reason="The credential is shared with others; say force to delete it all the same")
            rows.drop_credential(transaction, id_)
            label = f"credential {found.credential.name}"
            audit.tell(transaction, self._ledger.now(), actor.name, "deleted", label, {"id": id_})

        await self._ledger.write(work)

    async def share(self, actor: Actor, id_: str, form: Form, member: str) -> CredentialUse:
        """Let a user or a group use a credential. Raises NotFound or Refused."""

        def work(transaction: Transaction) -> CredentialUse:
            _governed(transaction, actor, id_)
            standing.known_member(transaction, form, member)
            rows.put_credential_user(transaction, id_, form, member)
            return _seen(transaction, actor, id_)

        return await self._ledger.write(work)

    async def unshare(self, actor: Actor, id_: str, form: Form, member: str) -> CredentialUse:
        """Let a user or a group not use a credential any more. Raises NotFound or Refused."""

        def work(transaction: Transaction) -> CredentialUse:
            _governed(transaction, actor, id_)
            if not rows.drop_credential_user(transaction, id_, form, member):
                raise NotFound(what="member", name=member[:64])
            return _seen(transaction, actor, id_)

        return await self._ledger.write(work)

    def _sealed(self, id_: str, password: str) -> bytes:
        if not 1 <= len(password) <= LONGEST_PASSWORD or "\0" in password:
            sentence = f"A password has 1 to {LONGEST_PASSWORD:,} characters."
            raise Invalid(reason=sentence, fields=[{"path": "password", "message": sentence}])
        return self._vault.seal(password, f"{_LABEL} {id_}")


class Box:
    """Hands credentials to runs."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def require(self, view: View, actor: Actor, id_: str) -> None:
        """Raise NotFound where there is no such credential that somebody may give to a run."""
        require_use(view, actor, id_)

    def opened(self, view: View, actor: Actor, id_: str) -> dict[str, str]:
        """Return its name and its password. Raises NotFound, or Conflict for one that another house sealed."""
        found = require_use(view, actor, id_).credential
        return {"username": found.name, "password": opened(self._vault, found)}


def require_use(view: View, actor: Actor, id_: str) -> CredentialUse:
    """Return a credential that somebody may give to a run. Raises NotFound."""
    found = rows.credential(view, id_)
    if found is None or not standing.uses(view, actor, found):
        raise NotFound(what="credential", name=id_[:64])
    return found


def opened(vault: Vault, found: Credential) -> str:
    """Return a credential's password. Raises Conflict for one that another house sealed."""
    try:
        return vault.open(found.sealed, f"{_LABEL} {found.id}")
    except BrokenSeal:
        reason = f"The password of the credential {found.name} was sealed by another house; set it anew."
        raise Conflict(reason=reason) from None


def _sees(view: View, actor: Actor, found: CredentialUse) -> bool:
    return standing.sees_all(actor) or standing.uses(view, actor, found) or found.credential.owner == actor.name


def _seen(view: View, actor: Actor, id_: str) -> CredentialUse:
    found = rows.credential(view, id_)
    if found is None or not _sees(view, actor, found):
        raise NotFound(what="credential", name=id_[:64])
    return found


def _governed(view: View, actor: Actor, id_: str) -> CredentialUse:
    found = _seen(view, actor, id_)
    if not rules.curates(actor) and not (rules.acts(actor) and found.credential.owner == actor.name):
        raise Refused(verb="change this credential")
    return found
