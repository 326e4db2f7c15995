-- Which upstreams have said no, and until when; a restart must not hammer a closed one.

CREATE TABLE breakers (
    provider   TEXT   NOT NULL,
    -- A short hash of the API key, so that a new key starts afresh.
    key        TEXT   NOT NULL,
    -- '*' for every model of that key.
    model      TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    opened_at  BIGINT NOT NULL,
    retry_at   BIGINT NOT NULL,
    PRIMARY KEY (provider, key, model)
);
