-- Tasks and models that whoever is in the house may see, and nobody may change.

CREATE TABLE experiment_public (
    id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
