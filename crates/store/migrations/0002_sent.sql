-- What is sent to settle, sealed, as long as it is not known what became of it.
ALTER TABLE payments ADD COLUMN sent BYTEA;
