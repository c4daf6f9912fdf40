-- Collections, groups of people, credentials. People are named by their login names, which never change.
-- Times are microseconds since 1970, forms are words, permissions are words with a space between them.

CREATE TABLE collections (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE collection_members (
    collection TEXT COLLATE "C" NOT NULL,
    form TEXT COLLATE "C" NOT NULL,
    member TEXT COLLATE "C" NOT NULL,
    permissions TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (collection, form, member)
);

CREATE INDEX collections_of_member ON collection_members (form, member, collection);

CREATE TABLE collection_things (
    collection TEXT COLLATE "C" NOT NULL,
    form TEXT COLLATE "C" NOT NULL,
    thing TEXT COLLATE "C" NOT NULL,
    added_by TEXT COLLATE "C" NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (collection, form, thing)
);

CREATE INDEX collections_of_thing ON collection_things (form, thing, collection);

CREATE TABLE people_groups (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    role TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE people_group_members (
    circle TEXT COLLATE "C" NOT NULL,
    member TEXT COLLATE "C" NOT NULL,
    added_by TEXT COLLATE "C" NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (circle, member)
);

CREATE INDEX groups_of_member ON people_group_members (member, circle);

CREATE TABLE run_credentials (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE run_credential_users (
    credential TEXT COLLATE "C" NOT NULL,
    form TEXT COLLATE "C" NOT NULL,
    member TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (credential, form, member)
);
