-- Credits. Movements and entries are only ever added; nothing here changes or removes one.

-- name: open_account
-- Create a member's account; no row back means that it was there.
INSERT INTO accounts (id, kind, available, held, opened_at)
VALUES (:account_id, 'member', 0, 0, :at)
ON CONFLICT (id) DO NOTHING RETURNING id;

-- name: account
-- One account's balances.
SELECT id, available, held FROM accounts WHERE id = :account_id;

-- name: lock_account
-- One account's balances, as they stay until the transaction ends but for what it does itself.
UPDATE accounts SET held = held WHERE id = :account_id RETURNING id, available, held;

-- name: hold
-- Move credits from available to held; no row back means not enough.
UPDATE accounts SET available = available - :amount, held = held + :amount
 WHERE id = :account_id AND kind = 'member' AND available >= :amount RETURNING available;

-- name: withdraw
-- Take available credits away; no row back means not enough.
UPDATE accounts SET available = available - :amount
 WHERE id = :account_id AND available >= :amount RETURNING available;

-- name: change_balance
-- Add to an account's balances, or take away where negative; no row back means no such account.
UPDATE accounts SET available = available + :available, held = held + :held
 WHERE id = :account_id RETURNING id;

-- name: add_reservation
-- Remember a promise to pay.
INSERT INTO reservations (id, account_id, amount, settled, state, opened_at, closed_at)
VALUES (:reservation_id, :account_id, :amount, 0, 'open', :at, NULL);

-- name: reservation
-- One reservation as it stands.
SELECT account_id, amount, settled, state FROM reservations WHERE id = :reservation_id;

-- name: settle_reservation
-- End an open reservation with a charge; no row back means that it is not open, or too small.
UPDATE reservations SET state = 'settled', settled = :amount, closed_at = :at
 WHERE id = :reservation_id AND state = 'open' AND amount >= :amount
RETURNING account_id, amount;

-- name: release_reservation
-- End an open reservation without a charge; no row back means that it is not open.
UPDATE reservations SET state = 'released', closed_at = :at
 WHERE id = :reservation_id AND state = 'open'
RETURNING account_id, amount;

-- name: add_movement
-- Record that credits moved, and why.
INSERT INTO movements (id, kind, reservation_id, reason, at)
VALUES (:movement_id, :kind, :reservation_id, :reason, :at);

-- name: add_refund
-- Record the one refund a settled reservation may have; no row back means not settled or not first.
INSERT INTO movements (id, kind, reservation_id, reason, at)
SELECT CAST(:movement_id AS TEXT), 'refund', id, CAST(:reason AS TEXT), CAST(:at AS BIGINT)
  FROM reservations
 WHERE id = :reservation_id AND state = 'settled' AND settled >= :amount
ON CONFLICT (reservation_id, kind) DO NOTHING RETURNING id;

-- name: add_entry
-- Record what a movement did to one account.
INSERT INTO entries (movement_id, account_id, available, held)
VALUES (:movement_id, :account_id, :available, :held);

-- name: account_entries
-- What happened to one account, newest first.
SELECT m.kind, m.reason, m.reservation_id, m.at, e.available, e.held
  FROM entries e JOIN movements m ON m.id = e.movement_id
 WHERE e.account_id = :account_id
 ORDER BY m.at DESC, m.id DESC LIMIT :most;

-- name: credits_spent
-- What an account was charged in all since a time, less what it got back.
SELECT CAST(COALESCE(-SUM(e.available + e.held), 0) AS BIGINT) AS spent
  FROM entries e JOIN movements m ON m.id = e.movement_id
 WHERE e.account_id = :account_id AND m.kind IN ('settle', 'refund') AND m.at >= :since;

-- name: wrong_balances
-- Accounts whose balances are not the sums of their entries.
SELECT a.id, a.available, a.held,
       CAST(COALESCE(s.available, 0) AS BIGINT) AS summed_available,
       CAST(COALESCE(s.held, 0) AS BIGINT) AS summed_held
  FROM accounts a
  LEFT JOIN (SELECT account_id, SUM(available) AS available, SUM(held) AS held
               FROM entries GROUP BY account_id) s ON s.account_id = a.id
 WHERE a.available <> COALESCE(s.available, 0) OR a.held <> COALESCE(s.held, 0)
 ORDER BY a.id;

-- name: wrong_holds
-- Accounts that hold more or less than their open reservations ask for.
SELECT a.id, a.held, CAST(COALESCE(r.amount, 0) AS BIGINT) AS reserved
  FROM accounts a
  LEFT JOIN (SELECT account_id, SUM(amount) AS amount
               FROM reservations WHERE state = 'open' GROUP BY account_id) r
    ON r.account_id = a.id
 WHERE a.held <> COALESCE(r.amount, 0)
 ORDER BY a.id;

-- name: wrong_movements
-- Movements that made or destroyed credits.
SELECT movement_id, CAST(SUM(available + held) AS BIGINT) AS total
  FROM entries GROUP BY movement_id HAVING SUM(available + held) <> 0
 ORDER BY movement_id;
