-- Gifts: offered on a card, given by a press, each at most once.

-- name: offer_gift
-- Remember what is to be confirmed; no row back means that this interaction has done so.
INSERT INTO gifts (id, interaction_id, from_id, to_id, amount, note, state, offered_at)
VALUES (:id, :interaction_id, :from_id, :to_id, :amount, :note, 'offered', :now)
ON CONFLICT (interaction_id) DO NOTHING RETURNING id;

-- name: gift
-- One gift of this giver; another's is none.
SELECT id, from_id, to_id, amount, note, state, offered_at FROM gifts
 WHERE id = :id AND from_id = :from_id;

-- name: gift_of_interaction
-- The gift that an interaction has become.
SELECT id, from_id, to_id, amount, note, state, offered_at FROM gifts
 WHERE interaction_id = :interaction_id;

-- name: end_gift
-- Give or cancel what its giver offered after a time; no row back means that it cannot be any more.
UPDATE gifts SET state = :state, ended_at = :now
 WHERE id = :id AND from_id = :from_id AND state = 'offered' AND offered_at > :offered_after
RETURNING id;

-- name: gift_day
-- What a member gave away on the last day that they gave anything.
SELECT day, given FROM gift_days WHERE member_id = :member_id;

-- name: count_gift
-- Count a gift on its day; no row back means that it would be more than :most. The amount alone
-- must be checked before, as the first row of a member is not held against it.
INSERT INTO gift_days (member_id, day, given) VALUES (:member_id, :day, :amount)
ON CONFLICT (member_id) DO UPDATE
   SET given = CASE WHEN gift_days.day < :day THEN 0 ELSE gift_days.given END + :amount,
       day = CASE WHEN gift_days.day < :day THEN :day ELSE gift_days.day END
 WHERE CASE WHEN gift_days.day < :day THEN 0 ELSE gift_days.given END + :amount <= :most
RETURNING given;

-- name: hear
-- Take note of an interaction; no row back means that it came before.
INSERT INTO heard (interaction_id, at) VALUES (:interaction_id, :now)
ON CONFLICT (interaction_id) DO NOTHING RETURNING interaction_id;
