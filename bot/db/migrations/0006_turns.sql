-- How long a model may think, and the conversations that pictures come from.

ALTER TABLE jobs ADD COLUMN thinking TEXT;

-- The stored picture a job goes on from: the first of its references, maybe made smaller.
ALTER TABLE jobs ADD COLUMN origin_job_id TEXT REFERENCES jobs (id);
ALTER TABLE jobs ADD COLUMN origin_picture BIGINT;

-- The model's side of the exchange that ended in a picture, word for word but for the picture.
CREATE TABLE turns (
    job_id    TEXT   NOT NULL REFERENCES jobs (id),
    picture   BIGINT NOT NULL,
    provider  TEXT   NOT NULL,
    model     TEXT   NOT NULL,
    sha256    TEXT   NOT NULL REFERENCES images (sha256),
    parts     TEXT   NOT NULL,
    PRIMARY KEY (job_id, picture)
);
