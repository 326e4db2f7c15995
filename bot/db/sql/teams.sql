-- Teams: a shared pot for a channel or thread.

-- name: make_team
-- Open a team; no row back means that the channel has one.
INSERT INTO teams (id, guild_id, channel_id, name, per_member, expires_at, made_by, made_at)
VALUES (:id, :guild_id, :channel_id, :name, :per_member, :expires_at, :made_by, :now)
ON CONFLICT DO NOTHING RETURNING id;

-- name: team_in
-- The open team of a channel or thread.
SELECT id, guild_id, channel_id, name, per_member, expires_at, made_by, made_at
  FROM teams WHERE channel_id = :channel_id AND closed_at IS NULL;

-- name: open_team
-- No row back means that it was closed.
SELECT id FROM teams WHERE id = :id AND closed_at IS NULL;

-- name: close_team
-- For ever; another may be made for the channel.
UPDATE teams SET closed_at = :now WHERE id = :id AND closed_at IS NULL;

-- name: end_team
-- Its channel is gone: nobody draws from it any more, whatever a clock says, and it closes as soon
-- as nothing is held.
UPDATE teams SET gone_at = :now, expires_at = 0
 WHERE id = :id AND closed_at IS NULL AND gone_at IS NULL;

-- name: open_teams
-- Every team that has not been closed.
SELECT id, guild_id, channel_id, name, per_member, expires_at, made_by, made_at
  FROM teams WHERE closed_at IS NULL ORDER BY made_at, id;

-- name: team_of_share
-- The team that a reservation drew from, whether or not it is closed.
SELECT t.id, t.guild_id, t.channel_id, t.name, t.per_member, t.expires_at, t.made_by, t.made_at,
       t.gone_at, t.closed_at
  FROM team_shares s JOIN teams t ON t.id = s.team_id
 WHERE s.reservation_id = :reservation_id;

-- name: team_members
-- Everyone who paid in, spent, joined or left, in a fixed order.
SELECT member_id, paid_in, spent, away FROM team_members
 WHERE team_id = :team_id ORDER BY paid_in DESC, member_id;

-- name: join_team
-- Begin to count a member, or call one back who left.
INSERT INTO team_members (team_id, member_id, paid_in, spent, away)
VALUES (:team_id, :member_id, 0, 0, 0)
ON CONFLICT (team_id, member_id) DO UPDATE SET away = 0;

-- name: leave_team
-- A member pays for themselves from here on.
INSERT INTO team_members (team_id, member_id, paid_in, spent, away)
VALUES (:team_id, :member_id, 0, 0, 1)
ON CONFLICT (team_id, member_id) DO UPDATE SET away = 1;

-- name: pay_in
-- A member put credits into the pot.
UPDATE team_members SET paid_in = paid_in + :amount
 WHERE team_id = :team_id AND member_id = :member_id;

-- name: count_member
-- Begin to count a member who draws from the pot without having joined.
INSERT INTO team_members (team_id, member_id, paid_in, spent, away)
VALUES (:team_id, :member_id, 0, 0, 0)
ON CONFLICT (team_id, member_id) DO NOTHING;

-- name: draw_from_team
-- Count what a member takes; no row back means that they left or that it is more than they may.
UPDATE team_members SET spent = spent + :amount
 WHERE team_id = :team_id AND member_id = :member_id AND away = 0
   AND spent + :amount <= :most
RETURNING spent;

-- name: add_team_share
-- Remember whose share a reservation was.
INSERT INTO team_shares (reservation_id, team_id, member_id, amount)
VALUES (:reservation_id, :team_id, :member_id, :amount);

-- name: team_give_back
-- What a reservation did not use is not spent.
UPDATE team_members SET spent = spent - :unused
 WHERE EXISTS (SELECT 1 FROM team_shares s
                WHERE s.reservation_id = :reservation_id
                  AND s.team_id = team_members.team_id
                  AND s.member_id = team_members.member_id);

-- name: wrong_spending
-- Team members whose spending is not what their reservations add up to.
SELECT m.team_id, m.member_id, m.spent, CAST(COALESCE(s.spent, 0) AS BIGINT) AS summed
  FROM team_members m
  LEFT JOIN (
        SELECT h.team_id, h.member_id,
               SUM(CASE r.state WHEN 'open' THEN h.amount ELSE r.settled END) AS spent
          FROM team_shares h JOIN reservations r ON r.id = h.reservation_id
         GROUP BY h.team_id, h.member_id) s
    ON s.team_id = m.team_id AND s.member_id = m.member_id
 WHERE m.spent <> COALESCE(s.spent, 0)
 ORDER BY m.team_id, m.member_id;
