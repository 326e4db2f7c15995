-- Credits: balances, what moved them, and what is promised. Money in whole credits, time in
-- microseconds UTC. Balances are kept beside the entries so that one conditional UPDATE decides;
-- `check` recomputes them.

CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('member', 'house')),
    available BIGINT NOT NULL CHECK (available >= 0 OR kind = 'house'),
    held BIGINT NOT NULL CHECK (held >= 0),
    opened_at BIGINT NOT NULL
);

CREATE TABLE reservations (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    amount BIGINT NOT NULL CHECK (amount > 0),
    settled BIGINT NOT NULL CHECK (settled BETWEEN 0 AND amount),
    state TEXT NOT NULL CHECK (state IN ('open', 'settled', 'released')),
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    CHECK ((state = 'settled') = (settled > 0)),
    CHECK ((state = 'open') = (closed_at IS NULL))
);

CREATE TABLE movements (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL
        CHECK (kind IN ('grant', 'reserve', 'settle', 'release', 'refund', 'transfer')),
    reservation_id TEXT REFERENCES reservations (id),
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    UNIQUE (reservation_id, kind)
);

CREATE TABLE entries (
    movement_id TEXT NOT NULL REFERENCES movements (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    available BIGINT NOT NULL,
    held BIGINT NOT NULL,
    PRIMARY KEY (movement_id, account_id),
    CHECK (available <> 0 OR held <> 0)
);

CREATE INDEX entries_account ON entries (account_id);

-- Credits come from the first, which is below zero by what was ever granted, and are earned by
-- the second.
INSERT INTO accounts (id, kind, available, held, opened_at)
VALUES ('house:grants', 'house', 0, 0, 0), ('house:revenue', 'house', 0, 0, 0);
