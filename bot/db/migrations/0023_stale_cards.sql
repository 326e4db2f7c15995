-- Cards that a run which had lost its job laid progress over, as it was frozen when it looked.

-- When that was; NULL for a card that shows what it should.
ALTER TABLE jobs ADD COLUMN stale_at BIGINT;
