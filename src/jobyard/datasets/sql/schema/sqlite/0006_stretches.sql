CREATE TABLE dataset_stretches (
    dataset INTEGER NOT NULL,
    start BLOB NOT NULL,
    upto BLOB,
    samples INTEGER NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (dataset, start)
) STRICT, WITHOUT ROWID;
