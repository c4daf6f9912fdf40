"""Who is who: sign-in, sessions, keys, users, projects. Every verb asks access; a revoked key fails at its next use."""

from __future__ import annotations

import asyncio

from msgspec import Struct
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.passwords import Passwords
from jobyard.access.rules import House
from jobyard.access.tokens import (
    SESSION_PREFIX,
    SESSION_SIZE,
    fingerprint,
    new_access_key,
    new_secret_key,
    new_token,
    same,
)
from jobyard.access.vault import Vault
from jobyard.engine import audit
from jobyard.engine.ledger import Ledger
from jobyard.engine.patience import Patience
from jobyard.engine.standing import held, present
from jobyard.job.clock import SECOND, Clock
from jobyard.job.errors import Invalid, NameTaken, NotFound, Refused, Unauthenticated
from jobyard.job.ids import new_id, new_secret
from jobyard.people.record import Actor, Key, KeyForm, KeyScope, Right, Role, User
from jobyard.settings import Settings
from jobyard.store.contract import Transaction, View

HOUSE_FACE = "house"
"""The face of keys that a house makes for its own command line and its own workers."""
_MINUTE = 60 * SECOND
_DAY = 86_400 * SECOND
_CHECKS_AT_ONCE = 2
_KNOWN_LIMIT = 10_000
_SESSIONS_LIMIT = 200
"""Sessions that one user may have through one door; programs that sign in for every command make many."""


class _Known(Struct, frozen=True):
    """Who comes with a key, as it was at a version of the store's people."""

    key: Key
    actor: Actor
    version: int | None


class People:
    """Users and their keys."""

    def __init__(self, ledger: Ledger, vault: Vault, clock: Clock, settings: Settings) -> None:
        self._ledger = ledger
        self._vault = vault
        self._passwords = Passwords(settings.password_memory)
        self._patience = Patience(clock, settings.sign_in_limit)
        self._session_life = int(settings.session_days * _DAY)
        self._checking = asyncio.Semaphore(_CHECKS_AT_ONCE)
        self._lately: dict[str, _Known] = {}

    async def sign_in(
        self, name: str, password: str, address: str, face: str = "", longest: int | None = None
    ) -> tuple[User, str]:
        """Check a password and return the user with a fresh session's token, for at most `longest` microseconds.

        Raises Unauthenticated in the same words whatever was wrong, TooMuch after too many wrong ones.
        """
        user = await self.check(name, password, address)
        token = new_token(SESSION_PREFIX, SESSION_SIZE)
        now = self._ledger.now()
        key = Key(
            id=new_id(),
            user=user.name,
            form=KeyForm.SESSION,
            face=face,
            access=fingerprint(token),
            created_at=now,
            expires_at=now + min(self._session_life, longest or self._session_life),
            generation=user.generation,
        )

        def work(transaction: Transaction) -> None:
            _make_room(transaction, key)
            transaction.put_key(key)

        await self._ledger.write(work)
        return user, token

    async def check(self, name: str, password: str, address: str) -> User:
        """Return the user whose password this is. Raises Unauthenticated or TooMuch."""
        receipt = self._patience.take(name, address)
        user = await self._ledger.read(lambda view: view.user(name))
        known = user is not None and not user.disabled
        async with self._checking:
            right = await asyncio.to_thread(
                self._passwords.fits, user.password_hash if user and known else "", password
            )
        if user is None or not right:
            raise Unauthenticated
        self._patience.forgive(name, address, receipt)
        return user

    async def proved(self, name: str, password: str, address: str) -> Actor:
        """Return who has this name and password, for one request: no session begins. Raises like `check`."""
        user = await self.check(name, password, address)
        found = await self._ledger.read(lambda view: present(view, user.name))
        if found is None:
            raise Unauthenticated
        return found

    def version(self) -> int | None:
        """Return a number that has grown when anything about people has changed; None where that happens unseen."""
        return self._ledger.store.people_version()

    async def actor(self, token: str) -> Actor:
        """Return who comes with this token or session. Raises Unauthenticated."""
        key, actor = await self.standing(token)
        await self._used(key)
        return actor

    async def standing(self, token: str) -> tuple[Key, Actor]:
        """Return a token or session as a key, with who comes with it. Raises Unauthenticated."""
        key, actor = await self._comer(fingerprint(token))
        if key.form is KeyForm.PAIR:
            raise Unauthenticated
        return key, actor

    async def name_of(self, id_: str) -> str:
        """Return the name of the user with this id; empty where there is none. For signing in alone."""
        users = await self._ledger.read(lambda view: view.users())
        return next((user.name for user in users if user.id == id_), "")

    async def paired(self, access: str, secret: str) -> Actor:
        """Return who comes with this access key and secret key. Raises Unauthenticated."""
        key, actor = await self._comer(access)
        if key.form is not KeyForm.PAIR or not same(self._vault.open(key.sealed, key.access), secret):
            raise Unauthenticated
        await self._used(key)
        return actor

    async def keyed(self, access: str) -> tuple[Key, Actor]:
        """Return a key by its `access` field, with who owns it. Raises Unauthenticated.

        For tokens of a face's own that name the key they were given for, and that the face has verified.
        """
        key, actor = await self._comer(access)
        await self._used(key)
        return key, actor

    def secret(self, purpose: str) -> bytes:
        """Return a secret of this house for one purpose, such as signing tokens of a face's own."""
        return self._vault.derived(purpose)

    async def signing(self, access: str) -> tuple[Actor, str]:
        """Return who owns this access key, with the secret to verify a signature by. Raises Unauthenticated."""
        key, actor = await self._comer(access)
        if key.form is not KeyForm.PAIR:
            raise Unauthenticated
        await self._used(key)
        return actor, self._vault.open(key.sealed, key.access)

    async def sign_out(self, actor: Actor) -> None:
        """End the session the actor came with."""
        await self._ledger.write(lambda transaction: transaction.drop_key(actor.key))

    async def user(self, actor: Actor, name: str) -> User:
        """Return a user: oneself, or anybody for an administrator. Raises NotFound."""
        if name != actor.name:
            rules.require_house(actor, House.MANAGE_USERS)
        user = await self._ledger.read(lambda view: view.user(name))
        if user is None:
            raise NotFound(what="user", name=name)
        return user

    async def users(self, actor: Actor) -> list[User]:
        """Return all users."""
        rules.require_house(actor, House.MANAGE_USERS)
        return await self._ledger.read(lambda view: view.users())

    async def add_user(self, actor: Actor, name: str, role: Role, password: str | None = None) -> tuple[User, str]:
        """Create a user and return them with their password, made here when none is given. Raises NameTaken."""
        rules.require_house(actor, House.MANAGE_USERS)
        secret = password or new_secret(12)
        hashed = await asyncio.to_thread(self._passwords.hash, secret)
        user = User(id=new_id(), name=name, role=role, password_hash=hashed, created_at=self._ledger.now())

        def work(transaction: Transaction) -> User:
            if transaction.user(name) is not None:
                raise NameTaken(what="user", name=name)
            transaction.put_user(user)
            audit.tell(transaction, user.created_at, actor.name, "made", f"user {name}", {"role": role.value})
            return user

        return await self._ledger.write(work), secret

    async def change_user(
        self, actor: Actor, name: str, *, role: Role | None = None, disabled: bool | None = None
    ) -> User:
        """Change a user's role or shut them out; their sessions end at once. The last administrator stays one."""
        rules.require_house(actor, House.MANAGE_USERS)

        def work(transaction: Transaction) -> User:
            user = held(transaction, name)
            changed = replace(
                user,
                role=user.role if role is None else role,
                disabled=user.disabled if disabled is None else disabled,
                generation=user.generation + 1,
            )
            transaction.put_user(changed)
            if _rules(user) and not any(_rules(one) for one in transaction.users()):
                raise Invalid(reason=f"{name} is the last administrator; make another one first")
            details = {"role": changed.role.value, "disabled": changed.disabled}
            audit.tell(transaction, self._ledger.now(), actor.name, "changed", f"user {name}", details)
            return changed

        return await self._ledger.write(work)

    async def set_password(self, actor: Actor, name: str, password: str | None = None) -> str:
        """Set a password, one's own or, for an administrator, anybody's; sessions end at once.

        Return it, made if None.
        """
        if name != actor.name or actor.scope is not KeyScope.FULL:
            rules.require_house(actor, House.MANAGE_USERS)
        secret = password or new_secret(12)
        hashed = await asyncio.to_thread(self._passwords.hash, secret)

        def work(transaction: Transaction) -> None:
            user = held(transaction, name)
            transaction.put_user(replace(user, password_hash=hashed, generation=user.generation + 1))
            audit.tell(transaction, self._ledger.now(), actor.name, "set", f"password of {name}")

        await self._ledger.write(work)
        return secret

    async def keys(self, actor: Actor, user: str | None = None) -> list[Key]:
        """Return a user's keys: one's own, or anybody's for an administrator."""
        name = self._whose(actor, user)
        return await self._ledger.read(lambda view: view.keys(name))

    async def add_key(self, actor: Actor, key: Key) -> tuple[Key, str]:
        """Make a key from what `key` says of user, form, scope, label, face and expiry; return it with its secret.

        A key is never good for more than the key its maker came with.
        """
        name = self._whose(actor, key.user)
        if actor.scope is not KeyScope.FULL:
            raise Refused(verb="make keys with this key")
        if key.scope is KeyScope.DESK:
            rules.require_house(actor, House.WORK)
        made, secret = self._made(replace(key, user=name, id=new_id(), created_at=self._ledger.now()))

        def work(transaction: Transaction) -> None:
            _user(transaction, name)
            transaction.put_key(made)
            _tell(transaction, made.created_at, actor, "made", made)

        await self._ledger.write(work)
        return made, secret

    async def change_key(self, actor: Actor, key: Key) -> Key:
        """Keep what is said anew of a key of one's own: its label, its scope and its expiry. Raises NotFound."""
        if actor.scope is not KeyScope.FULL:
            raise Refused(verb="change keys with this key")
        if key.scope is KeyScope.DESK:
            rules.require_house(actor, House.WORK)

        def work(transaction: Transaction) -> Key:
            stored = next((one for one in transaction.keys(actor.name) if one.id == key.id), None)
            if stored is None or stored.form is KeyForm.SESSION:
                raise NotFound(what="key", name=key.id)
            changed = replace(stored, label=key.label, scope=key.scope, expires_at=key.expires_at)
            transaction.put_key(changed)
            _tell(transaction, self._ledger.now(), actor, "changed", changed)
            return changed

        return await self._ledger.write(work)

    async def revoke_key(self, actor: Actor, id_: str) -> None:
        """Remove a key; whoever comes with it next is turned away. Raises NotFound."""
        if actor.scope is not KeyScope.FULL:
            raise Refused(verb="revoke keys with this key")
        everybody = rules.may_house(actor, House.MANAGE_USERS)

        def work(transaction: Transaction) -> bool:
            names = [user.name for user in transaction.users()] if everybody else [actor.name]
            mine = next((key for name in names for key in transaction.keys(name) if key.id == id_), None)
            if mine is None:
                return False
            if mine.form is not KeyForm.SESSION:
                _tell(transaction, self._ledger.now(), actor, "revoked", mine)
            return transaction.drop_key(id_)

        if not await self._ledger.write(work):
            raise NotFound(what="key", name=id_)

    def _made(self, key: Key) -> tuple[Key, str]:
        if key.form is KeyForm.PAIR:
            access, secret = new_access_key(), new_secret_key()
            return replace(key, access=access, sealed=self._vault.seal(secret, access)), secret
        token = new_token()
        return replace(key, form=KeyForm.TOKEN, access=fingerprint(token)), token

    def _whose(self, actor: Actor, user: str | None) -> str:
        if user is not None and user != actor.name:
            rules.require_house(actor, House.MANAGE_USERS)
            return user
        return actor.name

    async def _comer(self, access: str) -> tuple[Key, Actor]:
        """Return a key and who comes with it, read anew once anything about people has changed.

        Raises Unauthenticated.
        """
        version = self._ledger.store.people_version()
        known = self._lately.get(access)
        if known is None or known.version != version or version is None:
            key, actor = await self._ledger.read(lambda view: self._known(view, access))
            known = _Known(key, actor, version)
            self._remember(access, known)
        if known.key.expires_at is not None and known.key.expires_at <= self._ledger.now():
            raise Unauthenticated
        return known.key, known.actor

    def _remember(self, access: str, known: _Known) -> None:
        if known.version is not None:
            if len(self._lately) >= _KNOWN_LIMIT:
                self._lately.clear()
            self._lately[access] = known

    def _known(self, view: View, access: str) -> tuple[Key, Actor]:
        key = view.key(access)
        user = view.user(key.user) if key is not None else None
        if key is None or user is None or user.disabled:
            raise Unauthenticated
        if key.form is KeyForm.SESSION and key.generation != user.generation:
            raise Unauthenticated
        places = {one.project: one.role for one in view.memberships(user=user.name)}
        held = user.rights if key.scope is KeyScope.FULL else frozenset[Right]()
        return key, Actor(name=user.name, role=user.role, scope=key.scope, projects=places, key=key.id, rights=held)

    async def _used(self, key: Key) -> None:
        now = self._ledger.now()
        if now - (key.used_at or 0) < _MINUTE:
            return

        def work(transaction: Transaction) -> None:
            stored = transaction.key(key.access)
            if stored is not None:
                transaction.put_key(replace(stored, used_at=now))

        await self._ledger.write(work)


def _tell(transaction: Transaction, now: int, actor: Actor, verb: str, key: Key) -> None:
    """Tell what became of a key, but not of those that the house makes for itself at every start."""
    if key.face != HOUSE_FACE:
        details = {"form": key.form.value, "scope": key.scope.value, "label": key.label, "id": key.id}
        audit.tell(transaction, now, actor.name, verb, f"key of {key.user}", details)


def _make_room(transaction: Transaction, fresh: Key) -> None:
    """Forget the user's sessions that are over and, of those through the same door, all but the latest."""
    sessions = [key for key in transaction.keys(fresh.user) if key.form is KeyForm.SESSION]
    over = [key for key in sessions if (key.expires_at or fresh.created_at) <= fresh.created_at]
    alike = [key for key in sessions if key.face == fresh.face and key not in over]
    for key in [*over, *alike[_SESSIONS_LIMIT - 1 :]]:  # the store tells the newest first
        transaction.drop_key(key.id)


def _rules(user: User) -> bool:
    return user.role is Role.ADMINISTRATOR and not user.disabled


def _user(view: View, name: str) -> User:
    user = view.user(name)
    if user is None:
        raise NotFound(what="user", name=name)
    return user
