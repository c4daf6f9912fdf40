CREATE TABLE dataset_activities (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    dataset INTEGER NOT NULL,
    layer INTEGER NOT NULL,
    frame INTEGER NOT NULL,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    scope TEXT NOT NULL,
    count INTEGER NOT NULL,
    duration INTEGER NOT NULL
) STRICT;

CREATE INDEX dataset_activities_dataset ON dataset_activities (dataset, number);

CREATE INDEX dataset_activities_who ON dataset_activities (who, number);
