-- On PostgreSQL each transaction leaves a mark, by which it can be told whether a COMMIT was heard
-- when its answer was lost. Marks are taken away after an hour.

CREATE TABLE commits (
    id  TEXT   PRIMARY KEY,
    at  BIGINT NOT NULL
);
