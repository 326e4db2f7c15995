-- Working on from results: which button a job came from, what its maker wants forgotten, how edits
-- hang together, and pictures that members keep for the next one.

-- NULL for a command, and for every job from before this was written down.
ALTER TABLE jobs ADD COLUMN button TEXT;
-- When its maker had its pictures deleted; the row stays, because the books name it.
ALTER TABLE jobs ADD COLUMN forgotten_at BIGINT;

CREATE INDEX jobs_by_origin ON jobs (origin_job_id);
-- People name a job by the last eight letters of its id.
CREATE INDEX jobs_by_short_id ON jobs (SUBSTR(id, 25));
CREATE INDEX job_images_by_digest ON job_images (digest);

CREATE TABLE kept_pictures (
    member_id   BIGINT NOT NULL,
    digest      TEXT   NOT NULL REFERENCES images (digest),
    kept_at     BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    PRIMARY KEY (member_id, digest)
);
