"""Users, keys, projects and ready-made client settings in the native protocol's words."""

from __future__ import annotations

from collections.abc import Iterable

from jobyard.engine.credentials import Credentials
from jobyard.faces.native.wire import (
    AlteryxSettings,
    ClearmlSettings,
    CredentialsOut,
    CvatSettings,
    KeyIn,
    KeyOut,
    MemberOut,
    ModelartsSettings,
    NativeSettings,
    Owner,
    ProjectOut,
    UserOut,
)
from jobyard.faces.native.words.times import moment, some_micros, some_moment
from jobyard.people.record import Key, KeyForm, KeyScope, Membership, Project, User


def user_out(user: User) -> UserOut:
    """Return a user without anything secret."""
    return UserOut(
        id=user.id,
        name=user.name,
        role=user.role.value,
        disabled=user.disabled,
        created_at=moment(user.created_at),
        rights=sorted(right.value for right in user.rights),
    )


def key_in(wish: KeyIn, user: str) -> Key:
    """Return a wish for a key as the engine takes it. Raises Invalid for a time out of range."""
    return Key(
        id="",
        user=wish.user or user,
        form=KeyForm(wish.form),
        scope=KeyScope(wish.scope),
        label=wish.label,
        expires_at=some_micros(wish.expires_at, "expires_at"),
    )


def key_out(key: Key) -> KeyOut:
    """Return a key without anything secret; what is stored of a token is not shown either."""
    return KeyOut(
        id=key.id,
        user=key.user,
        form=key.form.value,
        scope=key.scope.value,
        label=key.label,
        access=key.access if key.form is KeyForm.PAIR else None,
        created_at=moment(key.created_at),
        expires_at=some_moment(key.expires_at),
        used_at=some_moment(key.used_at),
    )


def member_out(membership: Membership) -> MemberOut:
    """Return a user's place in a project."""
    return MemberOut(user=membership.user, role=membership.role.value)


def project_out(project: Project, members: Iterable[Membership]) -> ProjectOut:
    """Return a project with its members."""
    return ProjectOut(
        id=project.id,
        name=project.name,
        owner=project.owner,
        created_at=moment(project.created_at),
        members=[member_out(membership) for membership in members],
    )


def client_settings(made: Credentials, base: str) -> CredentialsOut:
    """Return ready-to-paste settings for every client family; `base` is the house's address without a last slash."""
    user, tokens, pairs = made.user, made.tokens, made.pairs
    return CredentialsOut(
        user=Owner(name=user.name, id=user.id, password=made.password, role=user.role.value),
        native=NativeSettings(url=base, token=tokens["native"]),
        clearml=ClearmlSettings(
            api_server=base,
            web_server=base,
            files_server=f"{base}/files",
            access_key=pairs["clearml"][0],
            secret_key=pairs["clearml"][1],
        ),
        cvat=CvatSettings(url=base, username=user.name, password=made.password, access_token=tokens["cvat"]),
        alteryx=AlteryxSettings(
            base_url=f"{base}/webapi/",
            client_id=pairs["alteryx"][0],
            client_secret=pairs["alteryx"][1],
            user_id=user.id,
        ),
        modelarts=ModelartsSettings(
            endpoint=base,
            iam_endpoint=f"{base}/v3",
            project_id=user.id,
            access_key=pairs["modelarts"][0],
            secret_key=pairs["modelarts"][1],
            token=tokens["modelarts"],
        ),
    )
