-- Which tasks take which models, and curves by their names.

CREATE TABLE experiment_inputs (
    model TEXT NOT NULL,
    task TEXT NOT NULL,
    PRIMARY KEY (model, task)
) STRICT, WITHOUT ROWID;

CREATE INDEX experiment_inputs_task ON experiment_inputs (task);

INSERT INTO experiment_inputs (model, task)
SELECT DISTINCT item.value ->> '$.model', t.id
FROM experiments AS t, json_each(t.parts, '$.models.input') AS item
WHERE item.value ->> '$.model' IS NOT NULL;

CREATE INDEX experiment_series_named ON experiment_series (sort, metric, variant);
