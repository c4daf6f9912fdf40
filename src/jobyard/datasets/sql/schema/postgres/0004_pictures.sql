CREATE TABLE dataset_pictures (
    dataset bigint NOT NULL,
    number bigint NOT NULL,
    width bigint NOT NULL,
    height bigint NOT NULL,
    PRIMARY KEY (dataset, number)
);
