-- Which key and model every paid call used, how fast a key may be used, and which interaction a
-- job came from, so that one that is delivered twice is paid once.

ALTER TABLE attempts ADD COLUMN key TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN model TEXT NOT NULL DEFAULT '';
-- The upstream's own total for the call, where it tells.
ALTER TABLE attempts ADD COLUMN tokens BIGINT;

CREATE INDEX attempts_by_time ON attempts (started_at);

-- When the next call of a key is due, for all processes together.
CREATE TABLE paces (
    key      TEXT   PRIMARY KEY,
    next_at  BIGINT NOT NULL
);

-- Calls that are under way; one whose time is over was left by a process that is gone.
CREATE TABLE open_calls (
    id     TEXT   PRIMARY KEY,
    key    TEXT   NOT NULL,
    until  BIGINT NOT NULL
);

CREATE INDEX open_calls_by_key ON open_calls (key, until);

ALTER TABLE jobs ADD COLUMN interaction_id BIGINT;

CREATE UNIQUE INDEX jobs_by_interaction ON jobs (interaction_id);
