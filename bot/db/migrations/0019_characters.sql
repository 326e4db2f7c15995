-- Characters: sets of pictures that members keep under a name, and who took part in a job.

CREATE TABLE characters (
    id         TEXT   PRIMARY KEY,
    member_id  BIGINT NOT NULL,
    -- So many may a member have.
    slot       BIGINT NOT NULL CHECK (slot BETWEEN 1 AND 5),
    name       TEXT   NOT NULL,
    -- What all spellings of the name have in common.
    folded     TEXT   NOT NULL,
    saved_at   BIGINT NOT NULL,
    UNIQUE (member_id, slot),
    UNIQUE (member_id, folded)
);

CREATE TABLE character_pictures (
    character_id  TEXT   NOT NULL REFERENCES characters (id),
    position      BIGINT NOT NULL CHECK (position BETWEEN 0 AND 3),
    digest        TEXT   NOT NULL REFERENCES images (digest),
    PRIMARY KEY (character_id, position)
);

CREATE INDEX character_pictures_by_digest ON character_pictures (digest);

-- Which of a job's reference images show whom, by the name of that time.
CREATE TABLE job_characters (
    job_id    TEXT   NOT NULL REFERENCES jobs (id),
    position  BIGINT NOT NULL,
    pictures  BIGINT NOT NULL CHECK (pictures > 0),
    name      TEXT   NOT NULL,
    PRIMARY KEY (job_id, position)
);

-- The same of a request that waits for a yes.
CREATE TABLE confirmation_characters (
    confirmation_id  TEXT   NOT NULL REFERENCES confirmations (id),
    position         BIGINT NOT NULL,
    pictures         BIGINT NOT NULL CHECK (pictures > 0),
    name             TEXT   NOT NULL,
    PRIMARY KEY (confirmation_id, position)
);
