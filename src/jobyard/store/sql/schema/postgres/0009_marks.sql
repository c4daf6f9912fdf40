-- Lists of one's own jobs by the numbers that a face marked them with, and by that of their assignment: each such number leads to its jobs.

CREATE TABLE marks (
    name TEXT COLLATE "C" NOT NULL,  -- the face's, a dot, and what it calls the number; or `assignment`
    number BIGINT NOT NULL,
    job BIGINT NOT NULL,
    PRIMARY KEY (name, number, job)
);

INSERT INTO marks
SELECT face.key || '.' || said.key, CAST(said.value::text AS bigint), jobs.number
FROM jobs
CROSS JOIN LATERAL json_each(
    CASE WHEN jobs.lively LIKE '%"marks"%' AND strpos(jobs.lively, '\u0000') = 0 THEN jobs.lively::json -> 'marks' END
) AS face
CROSS JOIN LATERAL json_each(CASE WHEN json_typeof(face.value) = 'object' THEN face.value END) AS said
WHERE said.value::text ~ '^-?[0-9]{1,15}$' AND length(face.key) + length(said.key) < 200;

INSERT INTO marks
SELECT 'assignment', CAST(said.value::text AS bigint), jobs.number
FROM jobs
CROSS JOIN LATERAL json_each(
    CASE WHEN jobs.fixed LIKE '%"assignment"%' AND strpos(jobs.fixed, '\u0000') = 0
        THEN jobs.fixed::json -> 'parameters' END
) AS said
WHERE said.key = 'assignment' AND said.value::text ~ '^-?[0-9]{1,15}$';
