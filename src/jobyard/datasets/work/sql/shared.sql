-- collection_numbered: the id of a collection by its number
SELECT id FROM dataset_collections WHERE number = :number

-- label_home: what a label belongs to, and the skeleton that it is a part of
SELECT home, parent FROM dataset_labels WHERE number = :number

-- frames: samples of a range of numbers with what is known of their pictures
SELECT dataset_samples.number, dataset_samples.path, dataset_pictures.width, dataset_pictures.height
FROM dataset_samples
LEFT JOIN dataset_pictures
ON dataset_pictures.dataset = dataset_samples.dataset AND dataset_pictures.number = dataset_samples.number
WHERE dataset_samples.dataset = :dataset AND dataset_samples.number BETWEEN :first AND :last
ORDER BY dataset_samples.number
LIMIT :limit

-- last_frame: the highest number of a sample
SELECT max(number) FROM dataset_samples WHERE dataset = :dataset

-- put_picture: how large a sample's picture is
INSERT INTO dataset_pictures (dataset, number, width, height) VALUES (:dataset, :number, :width, :height)
ON CONFLICT (dataset, number) DO UPDATE SET width = excluded.width, height = excluded.height

-- drop_pictures: forget how large the pictures of a dataset are
DELETE FROM dataset_pictures WHERE dataset = :dataset

-- empty_samples: take all samples out of a dataset whose pictures are taken in anew
DELETE FROM dataset_samples WHERE dataset = :dataset

-- empty_dataset: count anew from the first sample
UPDATE datasets SET samples = 0, size = 0, next_sample = 1 WHERE number = :dataset

-- move_layer: what was taken in aside becomes what was said
UPDATE dataset_annotations
SET layer = coalesce((SELECT own_layer FROM datasets WHERE number = :dataset AND :layer = 0), :layer)
WHERE dataset = :dataset AND layer = :aside

-- point: what was taken in aside is what was said from now on
UPDATE datasets SET own_layer = :aside WHERE number = :dataset

-- uses_between: how often each label was used in what begins in a range of frames
SELECT label, count(*) AS uses
FROM dataset_annotations
WHERE dataset = :dataset
    AND layer = coalesce((SELECT own_layer FROM datasets WHERE number = :dataset AND :layer = 0), :layer)
    AND frame >= :first AND frame <= :last
GROUP BY label

-- frames_between: frames of a range in which something begins
SELECT DISTINCT frame
FROM dataset_annotations
WHERE dataset = :dataset
    AND layer = coalesce((SELECT own_layer FROM datasets WHERE number = :dataset AND :layer = 0), :layer)
    AND frame >= :first AND frame <= :last

-- tracks_between: tracks that begin in a range of frames
SELECT number
FROM dataset_annotations
WHERE dataset = :dataset
    AND layer = coalesce((SELECT own_layer FROM datasets WHERE number = :dataset AND :layer = 0), :layer)
    AND frame >= :first AND frame <= :last AND what = 'track'
ORDER BY number

-- drop_between: what begins in a range of frames
DELETE FROM dataset_annotations
WHERE dataset = :dataset
    AND layer = coalesce((SELECT own_layer FROM datasets WHERE number = :dataset AND :layer = 0), :layer)
    AND frame >= :first AND frame <= :last

-- aside: layers in which something was taken in aside, without a look at what stands in the dataset's own
SELECT layer
FROM dataset_annotations
WHERE dataset = :dataset AND layer < (SELECT own_layer FROM datasets WHERE number = :dataset)
UNION
SELECT layer
FROM dataset_annotations
WHERE dataset = :dataset AND layer > (SELECT own_layer FROM datasets WHERE number = :dataset) AND layer < 0

-- hide_made: nobody finds a dataset while a job makes it
UPDATE datasets SET deleted_at = -1, last_job = :job WHERE number = :dataset

-- made_by: datasets that a job is making
SELECT number, id, source, collection, samples, size, next_sample
FROM datasets
WHERE deleted_at = -1 AND last_job = :job
ORDER BY number

-- being_made: datasets that some job is making, with the job
SELECT number, last_job FROM datasets WHERE deleted_at = -1 ORDER BY number

-- give_up: a dataset will not be made
UPDATE datasets SET deleted_at = :now WHERE number = :dataset

-- name_used: whether an owner has a dataset of a name
SELECT 1 FROM datasets WHERE owner = :owner AND name = :name AND deleted_at IS NULL

-- show_made: a dataset is whole
UPDATE datasets
SET deleted_at = NULL, last_job = NULL, name = :name, folded = :folded, updated_at = :now
WHERE number = :dataset

-- beside: the settings of a dataset, hidden or not
SELECT settings FROM datasets WHERE number = :dataset

-- is_dataset: whether there is a dataset of an id, hidden or not
SELECT 1 FROM datasets WHERE id = :id

-- pictures_by_size: how many pictures have which size, the commonest first
SELECT width, height, count(*) AS pictures
FROM dataset_pictures
WHERE dataset = :dataset
GROUP BY width, height
ORDER BY pictures DESC, width, height
LIMIT :limit

-- pictures_measured: how many pictures somebody has looked at
SELECT count(*) FROM dataset_pictures WHERE dataset = :dataset

-- activities_by_day: how much of what was done on each day, in microseconds since 1970
SELECT at / 86400000000 * 86400000000 AS day, scope, sum(count)
FROM dataset_activities
WHERE dataset = :dataset AND at >= :since
GROUP BY day, scope
ORDER BY day, scope
