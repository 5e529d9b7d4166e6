-- How often what was sold was begun to be given. Until now the number of a payment's hands stood for it, and hands change without anything being
-- given; of what is owed from before nothing is counted, so that it is tried anew.
ALTER TABLE payments ADD COLUMN deliveries BIGINT NOT NULL DEFAULT 0;
