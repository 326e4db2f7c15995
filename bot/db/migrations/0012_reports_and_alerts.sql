-- What a server's report reads, and who was told that how much of a pool or limit is used.

CREATE INDEX jobs_by_server ON jobs (guild_id, created_at);
CREATE INDEX jobs_by_time ON jobs (created_at);

-- Where a server's alerts go. Without a row its owner is told; NULL is nobody, said on purpose.
CREATE TABLE alert_channels (
    guild_id    BIGINT PRIMARY KEY,
    channel_id  BIGINT,
    set_by      BIGINT NOT NULL,
    set_at      BIGINT NOT NULL
);

-- What was in a pool when credits last came into it, and how often they have.
CREATE TABLE fillings (
    account_id  TEXT   PRIMARY KEY REFERENCES accounts (id),
    number      BIGINT NOT NULL,
    level       BIGINT NOT NULL CHECK (level >= 0)
);

INSERT INTO fillings (account_id, number, level)
SELECT id, 1, available + held FROM accounts WHERE id LIKE 'server:%';

-- One row for each part of a window that was reached, so that it is told once.
CREATE TABLE alerts (
    id             TEXT   PRIMARY KEY,
    subject        TEXT   NOT NULL,
    -- 0 for those who run the bot.
    guild_id       BIGINT NOT NULL,
    measure        TEXT   NOT NULL,
    -- Which window: when it ends, the number of a pool's filling, 0 where there is but one.
    turn           BIGINT NOT NULL,
    amount         BIGINT NOT NULL CHECK (amount >= 0),
    percent        BIGINT NOT NULL CHECK (percent BETWEEN 1 AND 100),
    used           BIGINT NOT NULL,
    -- What a key is called.
    name           TEXT   NOT NULL,
    raised_at      BIGINT NOT NULL,
    -- Until then whoever raised it is at work on telling it.
    claimed_until  BIGINT NOT NULL,
    told_at        BIGINT,
    UNIQUE (subject, measure, turn, amount, percent)
);

CREATE INDEX alerts_untold ON alerts (claimed_until) WHERE told_at IS NULL;
