-- Collections, groups of people, credentials. People are named by their login names, which never change.
-- Times are microseconds since 1970, forms are words, permissions are words with a space between them.

CREATE TABLE collections (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE collection_members (
    collection TEXT NOT NULL,
    form TEXT NOT NULL,
    member TEXT NOT NULL,
    permissions TEXT NOT NULL,
    expires_at INTEGER,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (collection, form, member)
) STRICT, WITHOUT ROWID;

CREATE INDEX collections_of_member ON collection_members (form, member, collection);

CREATE TABLE collection_things (
    collection TEXT NOT NULL,
    form TEXT NOT NULL,
    thing TEXT NOT NULL,
    added_by TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (collection, form, thing)
) STRICT, WITHOUT ROWID;

CREATE INDEX collections_of_thing ON collection_things (form, thing, collection);

CREATE TABLE people_groups (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE people_group_members (
    circle TEXT NOT NULL,
    member TEXT NOT NULL,
    added_by TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (circle, member)
) STRICT, WITHOUT ROWID;

CREATE INDEX groups_of_member ON people_group_members (member, circle);

CREATE TABLE run_credentials (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE run_credential_users (
    credential TEXT NOT NULL,
    form TEXT NOT NULL,
    member TEXT NOT NULL,
    PRIMARY KEY (credential, form, member)
) STRICT, WITHOUT ROWID;
