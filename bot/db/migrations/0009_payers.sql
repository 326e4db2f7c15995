-- Who pays: a server's pool with what each member may take of it, and a team's pot.
-- Their accounts are of the kind 'member' too, which is what belongs to people and never goes below
-- zero: server:<id> and team:<id>.

CREATE TABLE allowances (
    guild_id  BIGINT NOT NULL,
    -- The server's own id is the role that everyone has.
    role_id   BIGINT NOT NULL,
    credits   BIGINT NOT NULL CHECK (credits >= 0),
    period    TEXT   NOT NULL CHECK (period IN ('day', 'week', 'month')),
    -- How many unused credits of earlier periods may be added; 0 for none.
    carry     BIGINT NOT NULL CHECK (carry >= 0),
    set_by    BIGINT NOT NULL,
    set_at    BIGINT NOT NULL,
    PRIMARY KEY (guild_id, role_id)
);

CREATE TABLE allowance_use (
    guild_id   BIGINT NOT NULL,
    member_id  BIGINT NOT NULL,
    starts_at  BIGINT NOT NULL,
    used       BIGINT NOT NULL CHECK (used >= 0),
    carried    BIGINT NOT NULL CHECK (carried >= 0),
    PRIMARY KEY (guild_id, member_id)
);

CREATE TABLE allowance_shares (
    reservation_id  TEXT   PRIMARY KEY REFERENCES reservations (id),
    guild_id        BIGINT NOT NULL,
    member_id       BIGINT NOT NULL,
    starts_at       BIGINT NOT NULL,
    amount          BIGINT NOT NULL CHECK (amount > 0)
);

CREATE TABLE teams (
    id          TEXT   PRIMARY KEY,
    guild_id    BIGINT NOT NULL,
    channel_id  BIGINT NOT NULL,
    name        TEXT   NOT NULL,
    -- What one member may spend of it in all; NULL is no limit.
    per_member  BIGINT CHECK (per_member >= 0),
    expires_at  BIGINT,
    made_by     BIGINT NOT NULL,
    made_at     BIGINT NOT NULL,
    closed_at   BIGINT
);

CREATE UNIQUE INDEX teams_by_channel ON teams (channel_id) WHERE closed_at IS NULL;

-- What each one paid in, spent, and whether they draw from it.
CREATE TABLE team_members (
    team_id    TEXT   NOT NULL REFERENCES teams (id),
    member_id  BIGINT NOT NULL,
    paid_in    BIGINT NOT NULL CHECK (paid_in >= 0),
    spent      BIGINT NOT NULL CHECK (spent >= 0),
    away       BIGINT NOT NULL CHECK (away IN (0, 1)),
    PRIMARY KEY (team_id, member_id)
);

CREATE TABLE team_shares (
    reservation_id  TEXT   PRIMARY KEY REFERENCES reservations (id),
    team_id         TEXT   NOT NULL REFERENCES teams (id),
    member_id       BIGINT NOT NULL,
    amount          BIGINT NOT NULL CHECK (amount > 0)
);
