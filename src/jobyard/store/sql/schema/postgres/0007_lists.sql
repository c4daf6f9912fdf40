-- Lists by page numbers: a row is found by what stands in an index, kinds included, and formats have one of their own.

ALTER TABLE jobs ADD COLUMN format TEXT COLLATE "C";  -- the parameter of that name, in small letters

UPDATE jobs SET format = lower((fixed::json #>> '{parameters,format}') COLLATE "C")
WHERE fixed LIKE '%"format"%' AND strpos(fixed, '\u0000') = 0
AND json_typeof(fixed::json #> '{parameters,format}') = 'string';
DROP INDEX jobs_by_owner;
CREATE INDEX jobs_by_owner ON jobs (owner, state, number, kind);
CREATE INDEX jobs_by_format ON jobs (format, number) WHERE format IS NOT NULL;
