-- What a server and its people choose, what a server keeps out, and whom the bot does not serve.

-- A NULL is not chosen, and leaves it to the operator.
CREATE TABLE guild_settings (
    guild_id         BIGINT PRIMARY KEY,
    model            TEXT,
    aspect_ratio     TEXT,
    resolution       TEXT,
    private          BIGINT CHECK (private IN (0, 1)),
    language         TEXT,
    -- For one job.
    max_count        BIGINT CHECK (max_count > 0),
    max_credits      BIGINT CHECK (max_credits >= 0),
    house_style      TEXT,
    gallery_channel  BIGINT,
    log_channel      BIGINT,
    set_by           BIGINT NOT NULL,
    set_at           BIGINT NOT NULL
);

-- Channels and roles that a setting lists: where and by whom the bot may be used, and where its
-- pictures are veiled. No row of a kind is no such rule.
CREATE TABLE guild_places (
    guild_id  BIGINT NOT NULL,
    kind      TEXT   NOT NULL CHECK (kind IN ('channels', 'roles', 'spoilers')),
    place_id  BIGINT NOT NULL,
    PRIMARY KEY (guild_id, kind, place_id)
);

CREATE TABLE preferences (
    member_id     BIGINT PRIMARY KEY,
    model         TEXT,
    aspect_ratio  TEXT,
    resolution    TEXT,
    private       BIGINT CHECK (private IN (0, 1)),
    language      TEXT,
    set_at        BIGINT NOT NULL
);

-- Words and patterns that no prompt in a server may have.
CREATE TABLE blocked_words (
    guild_id  BIGINT NOT NULL,
    word      TEXT   NOT NULL,
    set_by    BIGINT NOT NULL,
    set_at    BIGINT NOT NULL,
    PRIMARY KEY (guild_id, word)
);

-- Members whom whoever runs the bot has shut out, everywhere.
CREATE TABLE blocked_members (
    member_id  BIGINT PRIMARY KEY,
    set_by     BIGINT NOT NULL,
    set_at     BIGINT NOT NULL
);
