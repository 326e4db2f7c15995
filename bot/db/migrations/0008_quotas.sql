-- Limits, and what has been used of them. Windows lie in one row for each who is counted, so that
-- one conditional UPDATE counts and decides.

CREATE TABLE limits (
    whose     TEXT   NOT NULL CHECK (whose IN ('bot', 'server', 'role', 'member')),
    -- 0 for everywhere.
    guild_id  BIGINT NOT NULL,
    owner_id  BIGINT NOT NULL,
    measure   TEXT   NOT NULL CHECK (measure IN
              ('requests_per_minute', 'concurrent_jobs', 'credits_per_hour', 'credits_per_day',
               'credits_per_month', 'credits_in_total')),
    -- NULL is no limit, said on purpose.
    amount    BIGINT CHECK (amount >= 0),
    set_by    BIGINT NOT NULL,
    set_at    BIGINT NOT NULL,
    PRIMARY KEY (guild_id, whose, owner_id, measure)
);

CREATE TABLE usage (
    subject      TEXT   PRIMARY KEY,
    -- When the next request is due, as in a GCRA row.
    due_at       BIGINT NOT NULL,
    jobs         BIGINT NOT NULL CHECK (jobs >= 0),
    hour         BIGINT NOT NULL,
    hour_used    BIGINT NOT NULL CHECK (hour_used >= 0),
    day          BIGINT NOT NULL,
    day_used     BIGINT NOT NULL CHECK (day_used >= 0),
    month        BIGINT NOT NULL,
    month_used   BIGINT NOT NULL CHECK (month_used >= 0),
    total_used   BIGINT NOT NULL CHECK (total_used >= 0)
);

-- Which windows a reservation was counted in, for what it does not use to go back there.
CREATE TABLE shares (
    reservation_id  TEXT   NOT NULL REFERENCES reservations (id),
    subject         TEXT   NOT NULL REFERENCES usage (subject),
    amount          BIGINT NOT NULL CHECK (amount > 0),
    hour            BIGINT NOT NULL,
    day             BIGINT NOT NULL,
    month           BIGINT NOT NULL,
    PRIMARY KEY (reservation_id, subject)
);
