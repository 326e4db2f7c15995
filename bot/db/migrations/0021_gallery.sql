-- /gallery: prompts as they are searched, favourites, and what was put into a server's gallery channel.

-- The prompt in one case and one width; NULL for a job from before this was written down.
ALTER TABLE jobs ADD COLUMN folded TEXT;

-- What a member is looking through, for the buttons of its pages; forgotten after some days.
CREATE TABLE gallery_views (
    id         TEXT   PRIMARY KEY,
    -- Who looks, and at whose pictures.
    member_id  BIGINT NOT NULL,
    maker_id   BIGINT NOT NULL,
    -- NULL where it was opened in no server.
    guild_id   BIGINT,
    words      TEXT   NOT NULL,
    model      TEXT   NOT NULL,
    since      BIGINT NOT NULL,
    starred    BIGINT NOT NULL CHECK (starred IN (0, 1)),
    opened_at  BIGINT NOT NULL
);

CREATE INDEX gallery_views_by_age ON gallery_views (opened_at);

-- `picture` is its place among the job's results, from 0.
CREATE TABLE favourites (
    member_id   BIGINT NOT NULL,
    job_id      TEXT   NOT NULL REFERENCES jobs (id),
    picture     BIGINT NOT NULL,
    starred_at  BIGINT NOT NULL,
    PRIMARY KEY (member_id, job_id, picture)
);

CREATE INDEX favourites_by_job ON favourites (job_id);

-- A picture is put there once. Without a message it is being sent, or whoever sent it was stopped.
CREATE TABLE gallery_posts (
    guild_id    BIGINT NOT NULL,
    job_id      TEXT   NOT NULL REFERENCES jobs (id),
    picture     BIGINT NOT NULL,
    channel_id  BIGINT NOT NULL,
    message_id  BIGINT,
    posted_by   BIGINT NOT NULL,
    posted_at   BIGINT NOT NULL,
    PRIMARY KEY (guild_id, job_id, picture)
);

CREATE INDEX gallery_posts_by_job ON gallery_posts (job_id);
