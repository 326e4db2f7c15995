-- Gifts between members, and the interactions that moved credits.

CREATE TABLE gifts (
    id              TEXT   PRIMARY KEY,
    -- Discord may deliver a command twice; it is one gift.
    interaction_id  BIGINT NOT NULL UNIQUE,
    from_id         BIGINT NOT NULL,
    to_id           BIGINT NOT NULL,
    amount          BIGINT NOT NULL CHECK (amount > 0),
    note            TEXT   NOT NULL,
    state           TEXT   NOT NULL CHECK (state IN ('offered', 'given', 'cancelled')),
    offered_at      BIGINT NOT NULL,
    ended_at        BIGINT,
    CHECK (from_id <> to_id),
    CHECK ((state = 'offered') = (ended_at IS NULL))
);

-- What a member gave away on the day that begins then.
CREATE TABLE gift_days (
    member_id  BIGINT PRIMARY KEY,
    day        BIGINT NOT NULL,
    given      BIGINT NOT NULL CHECK (given >= 0)
);

-- Interactions that changed something no second time may change.
CREATE TABLE heard (
    interaction_id  BIGINT PRIMARY KEY,
    at              BIGINT NOT NULL
);
