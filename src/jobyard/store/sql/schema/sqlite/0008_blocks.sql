-- Lists of one's own jobs by page numbers: how many of what stand where is kept, so that no list is walked for it.

ALTER TABLE jobs ADD COLUMN given TEXT NOT NULL DEFAULT '';  -- names of the parameters that say something

UPDATE jobs SET given = coalesce((
    SELECT group_concat(key, ',') FROM (
        SELECT key FROM json_each(fixed, '$.parameters')
        WHERE type NOT IN ('null', 'false') AND NOT (type = 'text' AND value = '') ORDER BY key
    )
), '') WHERE fixed LIKE '%"parameters"%';
UPDATE jobs SET given = '*'
WHERE length(given) > 200 OR given GLOB '*[^-A-Za-z0-9_.,]*' OR instr(given, char(0)) > 0
    OR (SELECT count(*) FROM json_each(fixed, '$.parameters')) > 24;

CREATE TABLE blocks (
    owner TEXT NOT NULL,
    block INTEGER NOT NULL,  -- their numbers divided by 1024
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    format TEXT NOT NULL,
    given TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (owner, block, kind, state, format, given)
) STRICT, WITHOUT ROWID;
INSERT INTO blocks
SELECT owner, number / 1024, kind, state, coalesce(format, ''), given, count(*) FROM jobs GROUP BY 1, 2, 3, 4, 5, 6;
