-- Marks of transactions, on PostgreSQL alone; see 0015_commits.sql.

-- name: mark_commit
-- Leave a mark after its COMMIT was not answered; no row back means that it is there, so it was heard.
-- One that is still under way elsewhere is waited for.
INSERT INTO commits (id, at) VALUES (:id, :now)
ON CONFLICT (id) DO NOTHING RETURNING id;

-- name: sweep_commits
-- Take old marks away.
DELETE FROM commits WHERE at < :before;
