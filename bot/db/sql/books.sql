-- What an operator reads in the books. Movements and entries are only ever added, so that who reads
-- them page by page misses nothing that was there at the first.

-- name: next_entries
-- The entries after one, by the ids of their movements, which sort by time.
SELECT e.movement_id, m.kind, m.at, e.account_id, e.available, e.held, m.reason, m.reservation_id,
       j.id AS job_id
  FROM entries e
  JOIN movements m ON m.id = e.movement_id
  LEFT JOIN jobs j ON j.reservation_id = m.reservation_id
 WHERE (e.movement_id, e.account_id) > (:movement_id, :account_id)
 ORDER BY e.movement_id, e.account_id LIMIT :most;

-- name: last_entries
-- The newest entries of one account, with the jobs they are for.
SELECT e.movement_id, m.kind, m.at, e.account_id, e.available, e.held, m.reason, m.reservation_id,
       j.id AS job_id
  FROM entries e
  JOIN movements m ON m.id = e.movement_id
  LEFT JOIN jobs j ON j.reservation_id = m.reservation_id
 WHERE e.account_id = :account_id
 ORDER BY m.at DESC, m.id DESC LIMIT :most;

-- name: open_holds
-- What an account holds, and for which job, the oldest first.
SELECT r.id AS reservation_id, r.amount, r.opened_at, j.id AS job_id, j.state, j.member_id
  FROM reservations r
  LEFT JOIN jobs j ON j.reservation_id = r.id
 WHERE r.account_id = :account_id AND r.state = 'open'
 ORDER BY r.opened_at, r.id;
