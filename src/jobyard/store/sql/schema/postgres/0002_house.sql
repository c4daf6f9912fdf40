-- Queues, workers, people and what the house keeps for itself.

CREATE TABLE queues (
    name TEXT COLLATE "C" PRIMARY KEY,
    paused BIGINT NOT NULL,
    paused_by TEXT COLLATE "C" NOT NULL
);

CREATE TABLE workers (
    name TEXT COLLATE "C" PRIMARY KEY,
    session TEXT COLLATE "C" NOT NULL,
    host TEXT COLLATE "C" NOT NULL,
    pid BIGINT NOT NULL,
    queues TEXT COLLATE "C" NOT NULL,
    kinds TEXT COLLATE "C" NOT NULL,
    slots BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);

CREATE TABLE users (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    role TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,
    disabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    generation BIGINT NOT NULL
);

CREATE TABLE keys (
    id TEXT COLLATE "C" PRIMARY KEY,
    owner TEXT COLLATE "C" NOT NULL,
    form TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL,
    label TEXT COLLATE "C" NOT NULL,
    face TEXT COLLATE "C" NOT NULL,
    access TEXT COLLATE "C" NOT NULL UNIQUE,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    used_at BIGINT,
    generation BIGINT NOT NULL
);

CREATE INDEX keys_by_owner ON keys (owner);

CREATE TABLE projects (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    owner TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE memberships (
    project TEXT COLLATE "C" NOT NULL,
    member TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project, member)
);

CREATE INDEX memberships_by_member ON memberships (member);

CREATE TABLE settings (
    name TEXT COLLATE "C" PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);
