-- A payment's key stands in its own row; its settlements are forgotten with it, and are found by the time of that. The name of a payment is
-- random, so that an index over it alone would touch another page with every settlement; those of one time lie together.
ALTER TABLE settlements ADD COLUMN keep_until BIGINT;
UPDATE settlements SET keep_until = (SELECT p.keep_until FROM payments AS p WHERE p.id = settlements.payment);
DROP INDEX settlements_by_payment;
CREATE INDEX settlements_by_end ON settlements (keep_until, payment);
ALTER TABLE settlements DROP COLUMN key;
