CREATE TABLE dataset_issues (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    dataset INTEGER NOT NULL,
    assignment INTEGER NOT NULL,
    frame INTEGER NOT NULL,
    position TEXT NOT NULL,
    owner TEXT NOT NULL,
    assignee TEXT,
    resolved INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER
) STRICT;

CREATE INDEX dataset_issues_dataset ON dataset_issues (dataset, number);

CREATE INDEX dataset_issues_assignment ON dataset_issues (assignment, number);

CREATE TABLE dataset_comments (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    issue INTEGER NOT NULL,
    owner TEXT NOT NULL,
    message TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER
) STRICT;

CREATE INDEX dataset_comments_issue ON dataset_comments (issue, number);
