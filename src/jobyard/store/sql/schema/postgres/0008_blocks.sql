-- Lists of one's own jobs by page numbers: how many of what stand where is counted in one index.

ALTER TABLE jobs ADD COLUMN given TEXT COLLATE "C" NOT NULL DEFAULT '';  -- names of the parameters that say something

UPDATE jobs SET given = coalesce((
    SELECT string_agg(key, ',' ORDER BY key COLLATE "C") FROM json_each(fixed::json -> 'parameters')
    WHERE value::text NOT IN ('null', 'false', '""')
), '') WHERE fixed LIKE '%"parameters"%' AND strpos(fixed, '\u0000') = 0;
UPDATE jobs SET given = '*' WHERE length(given) > 200 OR given ~ '[^-A-Za-z0-9_.,]' OR strpos(fixed, '\u0000') > 0
    OR (SELECT count(*) FROM json_each(
        CASE WHEN fixed LIKE '%"parameters"%' AND strpos(fixed, '\u0000') = 0 THEN fixed::json -> 'parameters' END
    )) > 24;

DROP INDEX jobs_by_owner;
CREATE INDEX jobs_by_owner ON jobs (owner, state, number, kind) INCLUDE (format, given);
