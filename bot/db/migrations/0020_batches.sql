-- Lists of prompts that are drawn as one: what was asked, what each line became, what was posted.

CREATE TABLE batches (
    id              TEXT   PRIMARY KEY,
    -- 'running' until all of it has been told; its jobs know what was drawn and charged.
    state           TEXT   NOT NULL CHECK (state IN ('asked', 'declined', 'running', 'done')),
    interaction_id  BIGINT NOT NULL UNIQUE,
    -- The press that began it.
    pressed_by      BIGINT UNIQUE,
    member_id       BIGINT NOT NULL,
    guild_id        BIGINT,
    channel_id      BIGINT,
    -- Its card, from the press on.
    message_id      BIGINT,
    application_id  BIGINT NOT NULL,
    -- Of the question and then of the card; good for 15 minutes from `token_at`.
    reply_token     TEXT,
    token_at        BIGINT NOT NULL,
    locale          TEXT   NOT NULL,
    private         BIGINT NOT NULL CHECK (private IN (0, 1)),
    upload_limit    BIGINT NOT NULL CHECK (upload_limit > 0),
    -- What was said that it costs in all.
    credits         BIGINT NOT NULL CHECK (credits > 0),
    asked_at        BIGINT NOT NULL,
    begun_at        BIGINT,
    cancelled_at    BIGINT,
    finished_at     BIGINT,
    -- The process that is at it, as for jobs.
    claim           TEXT,
    lease_until     BIGINT,
    -- When Discord is tried next, and how often it has been for what is owed now.
    deliver_at      BIGINT,
    deliver_tries   BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX batches_running ON batches (begun_at) WHERE state = 'running';
CREATE INDEX batches_of ON batches (member_id, asked_at);

-- What each line asks for, until it is a job, which has the words from then on.
CREATE TABLE batch_lines (
    batch_id      TEXT   NOT NULL REFERENCES batches (id),
    position      BIGINT NOT NULL,
    -- In the file, from 1.
    line          BIGINT NOT NULL,
    prompt        TEXT   NOT NULL,
    model         TEXT   NOT NULL,
    aspect_ratio  TEXT   NOT NULL,
    resolution    TEXT   NOT NULL,
    count         BIGINT NOT NULL CHECK (count BETWEEN 1 AND 4),
    job_id        TEXT   UNIQUE REFERENCES jobs (id),
    PRIMARY KEY (batch_id, position)
);

-- Every message with pictures or archives, fixed before it is sent, so that it is sent once.
CREATE TABLE batch_posts (
    batch_id    TEXT   NOT NULL REFERENCES batches (id),
    number      BIGINT NOT NULL,
    kind        TEXT   NOT NULL CHECK (kind IN ('pictures', 'archive')),
    -- What is in it: a line's position and a picture's, such as "0:0 1:0"; archives divided by "/".
    content     TEXT   NOT NULL,
    tries       BIGINT NOT NULL DEFAULT 0,
    message_id  BIGINT,
    posted_at   BIGINT,
    PRIMARY KEY (batch_id, number)
);

ALTER TABLE jobs ADD COLUMN batch_id TEXT REFERENCES batches (id);
