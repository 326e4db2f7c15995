-- What each upstream key has spent, why an upstream is closed, and requests that wait for a yes.
-- Money in millionths of a dollar, time in microseconds UTC.

CREATE TABLE key_usage (
    -- The short hash of the API key, as in attempts.
    key         TEXT   PRIMARY KEY,
    hour        BIGINT NOT NULL,
    hour_used   BIGINT NOT NULL CHECK (hour_used >= 0),
    day         BIGINT NOT NULL,
    day_used    BIGINT NOT NULL CHECK (day_used >= 0),
    month       BIGINT NOT NULL,
    month_used  BIGINT NOT NULL CHECK (month_used >= 0),
    total_used  BIGINT NOT NULL CHECK (total_used >= 0)
);

-- Which windows a call was counted in, for one that is not billed to go back there; NULL for a call
-- that was not counted.
ALTER TABLE attempts ADD COLUMN hour BIGINT;
ALTER TABLE attempts ADD COLUMN day BIGINT;
ALTER TABLE attempts ADD COLUMN month BIGINT;

-- Calls until now count in total, and in no window: none begins at -1.
UPDATE attempts SET hour = -1, day = -1, month = -1 WHERE key <> '';

INSERT INTO key_usage
       (key, hour, hour_used, day, day_used, month, month_used, total_used)
SELECT key, 0, 0, 0, 0, 0, 0,
       CAST(SUM(CASE WHEN billed <> 'no' THEN usd_micros ELSE 0 END) AS BIGINT)
  FROM attempts WHERE key <> '' GROUP BY key;

-- Which window of a spend limit or quota was used up, where that is known.
ALTER TABLE breakers ADD COLUMN scope TEXT;

-- When the channel of a team was found to be gone: it is closed as soon as nothing is held.
ALTER TABLE teams ADD COLUMN gone_at BIGINT;

-- Dear requests that ask first. Nothing is held for them.
CREATE TABLE confirmations (
    id               TEXT   PRIMARY KEY,
    -- Discord may deliver a command twice; it is one question.
    interaction_id   BIGINT NOT NULL UNIQUE,
    member_id        BIGINT NOT NULL,
    kind             TEXT   NOT NULL CHECK (kind IN ('imagine', 'edit')),
    prompt           TEXT   NOT NULL,
    model            TEXT   NOT NULL,
    aspect_ratio     TEXT   NOT NULL,
    resolution       TEXT   NOT NULL,
    count            BIGINT NOT NULL CHECK (count BETWEEN 1 AND 4),
    thinking         TEXT,
    origin_job_id    TEXT   REFERENCES jobs (id),
    origin_picture   BIGINT,
    brought_by       BIGINT,
    -- What was pressed for it; NULL for a command.
    button           TEXT,
    -- How many of its pictures, the last ones, its member had kept for the next request.
    kept             BIGINT NOT NULL CHECK (kept >= 0),
    private          BIGINT NOT NULL CHECK (private IN (0, 1)),
    -- What was said that it costs, in credits for all of its pictures.
    credits          BIGINT NOT NULL CHECK (credits > 0),
    -- Lets us change the card it is on for 15 minutes; forgotten when it is answered.
    reply_token      TEXT,
    state            TEXT   NOT NULL CHECK (state IN ('asked', 'taken', 'declined')),
    asked_at         BIGINT NOT NULL,
    ended_at         BIGINT,
    CHECK ((state = 'asked') = (ended_at IS NULL))
);

CREATE TABLE confirmation_images (
    confirmation_id  TEXT   NOT NULL REFERENCES confirmations (id),
    position         BIGINT NOT NULL,
    digest           TEXT   NOT NULL REFERENCES images (digest),
    PRIMARY KEY (confirmation_id, position)
);

CREATE INDEX confirmation_images_by_digest ON confirmation_images (digest);
