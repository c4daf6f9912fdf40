CREATE TABLE dataset_stretches (
    dataset bigint NOT NULL,
    start bytea NOT NULL,
    upto bytea,
    samples bigint NOT NULL,
    digest bytea NOT NULL,
    PRIMARY KEY (dataset, start)
);
