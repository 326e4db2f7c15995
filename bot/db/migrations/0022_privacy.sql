-- Members who want to be forgotten, pictures that are to go, and what one who comes back has used.

-- When a job's prompt and pictures were erased; the row stays, because the books name it.
ALTER TABLE jobs ADD COLUMN erased_at BIGINT;

CREATE INDEX jobs_to_erase ON jobs (created_at) WHERE erased_at IS NULL;
CREATE INDEX jobs_by_bringer ON jobs (brought_by) WHERE brought_by IS NOT NULL;
CREATE INDEX reservations_account ON reservations (account_id);
CREATE INDEX turns_by_digest ON turns (digest);
CREATE INDEX kept_pictures_by_digest ON kept_pictures (digest);

-- One row for each that is under way; it goes when the last byte has.
CREATE TABLE forgettings (
    id         TEXT   PRIMARY KEY,
    -- NULL once no other row names them.
    member_id  BIGINT UNIQUE,
    -- A random number, below zero as no member's is, that takes the place of theirs.
    alias      BIGINT NOT NULL,
    asked_at   BIGINT NOT NULL
);

-- Files that nobody refers to any more, until they are deleted.
CREATE TABLE doomed_files (
    digest  TEXT   PRIMARY KEY,
    mime    TEXT   NOT NULL,
    width   BIGINT NOT NULL,
    height  BIGINT NOT NULL,
    size    BIGINT NOT NULL
);

-- What member ids are hashed with for the table below; made when it is first needed.
CREATE TABLE salts (
    id     BIGINT PRIMARY KEY CHECK (id = 1),
    value  TEXT   NOT NULL
);

-- What forgotten members had used, under a keyed hash of their ids and tied to nothing else, so that
-- forgetting oneself is no way around a limit. Windows go when they are over.
CREATE TABLE former_use (
    ghost  BIGINT NOT NULL,
    what   TEXT   NOT NULL,
    -- 0 for what never begins anew.
    began  BIGINT NOT NULL,
    used   BIGINT NOT NULL,
    PRIMARY KEY (ghost, what)
);

-- When a member last asked for a copy of everything.
CREATE TABLE exports (
    member_id  BIGINT PRIMARY KEY,
    began_at   BIGINT NOT NULL
);
