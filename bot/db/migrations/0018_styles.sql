-- Styles that members and servers save, and what went along with the prompt of a job or a question.

-- `owner_id` is a member's or a server's; `folded` is the name as names are compared.
CREATE TABLE styles (
    owner     TEXT   NOT NULL CHECK (owner IN ('member', 'server')),
    owner_id  BIGINT NOT NULL,
    folded    TEXT   NOT NULL,
    name      TEXT   NOT NULL,
    words     TEXT   NOT NULL,
    set_by    BIGINT NOT NULL,
    set_at    BIGINT NOT NULL,
    PRIMARY KEY (owner, owner_id, folded)
);

-- As they were then: a style may be changed or removed since, a house style too.
ALTER TABLE jobs ADD COLUMN style_name TEXT;
ALTER TABLE jobs ADD COLUMN style_words TEXT;
ALTER TABLE jobs ADD COLUMN house_style TEXT;
ALTER TABLE confirmations ADD COLUMN style_name TEXT;
ALTER TABLE confirmations ADD COLUMN style_words TEXT;
ALTER TABLE confirmations ADD COLUMN house_style TEXT;
