-- Styles that members and servers save; each owner has every name once, in whatever case.

-- name: save_style
-- Save one; under a name that is known it takes the place of what was there.
INSERT INTO styles (owner, owner_id, folded, name, words, set_by, set_at)
VALUES (:owner, :owner_id, :folded, :name, :words, :set_by, :now)
ON CONFLICT (owner, owner_id, folded)
DO UPDATE SET name = excluded.name, words = excluded.words,
              set_by = excluded.set_by, set_at = excluded.set_at;

-- name: styles
-- All that an owner has, by name.
SELECT folded, name, words FROM styles
 WHERE owner = :owner AND owner_id = :owner_id ORDER BY folded;

-- name: style
-- One by its name.
SELECT name, words FROM styles
 WHERE owner = :owner AND owner_id = :owner_id AND folded = :folded;

-- name: remove_style
-- One less, as it was; no row back means that there is none.
DELETE FROM styles WHERE owner = :owner AND owner_id = :owner_id AND folded = :folded
RETURNING name, words;
