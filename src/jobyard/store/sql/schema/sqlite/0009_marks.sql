-- Lists of one's own jobs by the numbers that a face marked them with, and by that of their assignment: each such number leads to its jobs.

CREATE TABLE marks (
    name TEXT NOT NULL,  -- the face's, a dot, and what it calls the number; or `assignment`
    number INTEGER NOT NULL,
    job INTEGER NOT NULL,
    PRIMARY KEY (name, number, job)
) STRICT, WITHOUT ROWID;

INSERT INTO marks
SELECT face.key || '.' || said.key, said.value, jobs.number
FROM jobs, json_each(jobs.lively, '$.marks') AS face,
    json_each(CASE WHEN face.type = 'object' THEN face.value ELSE '{}' END) AS said
WHERE jobs.lively LIKE '%"marks"%' AND said.type = 'integer' AND typeof(said.value) = 'integer'
    AND length(face.key) + length(said.key) < 200 AND instr(face.key || said.key, char(0)) = 0
    AND said.value > -1000000000000000 AND said.value < 1000000000000000;

INSERT INTO marks
SELECT 'assignment', said.value, jobs.number
FROM jobs, json_each(jobs.fixed, '$.parameters') AS said
WHERE jobs.fixed LIKE '%"assignment"%' AND said.key = 'assignment' AND said.type = 'integer'
    AND typeof(said.value) = 'integer' AND said.value > -1000000000000000 AND said.value < 1000000000000000;
