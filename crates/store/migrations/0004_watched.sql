-- Until when somebody looks whether the chain takes a settlement back, which keeps what was sent for it so long; and the transaction that it did
-- take back, which somebody was told.
ALTER TABLE payments ADD COLUMN watched_until BIGINT;
ALTER TABLE payments ADD COLUMN taken_back TEXT;
CREATE INDEX payments_watched ON payments (watched_until) WHERE watched_until IS NOT NULL;
