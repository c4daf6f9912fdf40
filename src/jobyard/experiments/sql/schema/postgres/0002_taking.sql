-- Which tasks take which models, and curves by their names.

CREATE TABLE experiment_inputs (
    model text NOT NULL,
    task text NOT NULL,
    PRIMARY KEY (model, task)
);

CREATE INDEX experiment_inputs_task ON experiment_inputs (task);

INSERT INTO experiment_inputs (model, task)
SELECT DISTINCT item ->> 'model', t.id
FROM experiments AS t, jsonb_array_elements(CAST(t.parts AS jsonb) #> '{models,input}') AS item
WHERE item ->> 'model' IS NOT NULL;

CREATE INDEX experiment_series_named ON experiment_series (sort, metric, variant);
