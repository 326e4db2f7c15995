-- Generations from submission to delivery, the pictures they use and make, and every call paid for.

CREATE TABLE images (
    sha256      TEXT   PRIMARY KEY,
    mime        TEXT   NOT NULL,
    width       BIGINT NOT NULL CHECK (width > 0),
    height      BIGINT NOT NULL CHECK (height > 0),
    size        BIGINT NOT NULL CHECK (size > 0),
    stored_at   BIGINT NOT NULL
);

CREATE TABLE jobs (
    id               TEXT   PRIMARY KEY,
    state            TEXT   NOT NULL CHECK (state IN
                     ('queued', 'running', 'generated', 'delivered', 'done', 'failed', 'cancelled')),
    -- The fencing token of the run that holds the job; a run whose token is gone writes nothing.
    claim            TEXT,
    kind             TEXT   NOT NULL CHECK (kind IN ('imagine', 'edit')),
    member_id        BIGINT NOT NULL,
    guild_id         BIGINT,
    channel_id       BIGINT,
    message_id       BIGINT NOT NULL,
    locale           TEXT   NOT NULL,
    private          BIGINT NOT NULL CHECK (private IN (0, 1)),
    application_id   BIGINT NOT NULL,
    -- Lets us edit the reply for 15 minutes; forgotten when the job ends.
    reply_token      TEXT,
    upload_limit     BIGINT NOT NULL CHECK (upload_limit > 0),
    prompt           TEXT   NOT NULL,
    model            TEXT   NOT NULL,
    aspect_ratio     TEXT   NOT NULL,
    resolution       TEXT   NOT NULL,
    count            BIGINT NOT NULL CHECK (count BETWEEN 1 AND 4),
    provider         TEXT   NOT NULL,
    reservation_id   TEXT   NOT NULL UNIQUE REFERENCES reservations (id),
    account_id       TEXT   NOT NULL REFERENCES accounts (id),
    credits_each     BIGINT NOT NULL CHECK (credits_each > 0),
    usd_micros_each  BIGINT NOT NULL CHECK (usd_micros_each >= 0),
    credits_charged  BIGINT,
    failure          TEXT,
    created_at       BIGINT NOT NULL,
    started_at       BIGINT,
    finished_at      BIGINT
);

CREATE INDEX jobs_open ON jobs (created_at)
    WHERE state IN ('queued', 'running', 'generated', 'delivered');
CREATE INDEX jobs_member ON jobs (member_id, created_at);

CREATE TABLE job_images (
    job_id      TEXT   NOT NULL REFERENCES jobs (id),
    role        TEXT   NOT NULL CHECK (role IN ('reference', 'result')),
    position    BIGINT NOT NULL,
    sha256      TEXT   NOT NULL REFERENCES images (sha256),
    PRIMARY KEY (job_id, role, position)
);

-- One row per paid call. An outcome of NULL after a crash means the bill is unknown.
CREATE TABLE attempts (
    id          TEXT   PRIMARY KEY,
    job_id      TEXT   NOT NULL REFERENCES jobs (id),
    picture     BIGINT NOT NULL,
    number      BIGINT NOT NULL,
    provider    TEXT   NOT NULL,
    usd_micros  BIGINT NOT NULL,
    started_at  BIGINT NOT NULL,
    ended_at    BIGINT,
    outcome     TEXT,
    billed      TEXT   NOT NULL CHECK (billed IN ('no', 'yes', 'unknown')),
    UNIQUE (job_id, picture, number)
);
