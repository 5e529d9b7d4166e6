-- One text for both databases. SQLite takes any word for a type and keeps what it is given; PostgreSQL holds it to the word.
-- Amounts are decimal text, times seconds since 1970, hashes bytes. `answer` and `signed` are sealed.

CREATE TABLE about (
    name TEXT PRIMARY KEY,
    number BIGINT,
    bytes BYTEA
);

-- The latest time that was ever seen and how much is held. A writer has a row of its own, so that writers do not wait for one
-- another; the time is the largest and the number the sum of all rows.
CREATE TABLE clocks (
    shard BIGINT PRIMARY KEY,
    log BIGINT NOT NULL,
    ledger BIGINT NOT NULL,
    payments BIGINT NOT NULL,
    attempts BIGINT NOT NULL
);

-- The replay log: a row for each payment that was claimed. `id` is the SHA-256 of `key`.
CREATE TABLE payments (
    id BYTEA PRIMARY KEY,
    key TEXT NOT NULL,
    payer TEXT NOT NULL,
    asset TEXT NOT NULL,
    amount TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    payment_id TEXT,
    claimed_at BIGINT NOT NULL,
    keep_until BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    state TEXT NOT NULL,
    lease BIGINT,
    charged TEXT,
    hash TEXT,
    attested TEXT,
    rejection TEXT,
    granted BIGINT NOT NULL,
    answer BYTEA,
    quota_span BIGINT,
    is_open BIGINT NOT NULL,
    idle_from BIGINT,
    over_from BIGINT
);
CREATE UNIQUE INDEX payments_by_name ON payments (payer, payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX payments_open ON payments (payer, asset) WHERE is_open = 1;
CREATE INDEX payments_idle ON payments (idle_from) WHERE idle_from IS NOT NULL;
CREATE INDEX payments_over ON payments (over_from) WHERE over_from IS NOT NULL;

-- Which payment a transaction was first reported for.
CREATE TABLE settlements (
    network TEXT NOT NULL,
    hash TEXT NOT NULL,
    key TEXT NOT NULL,
    payment BYTEA NOT NULL,
    PRIMARY KEY (network, hash)
);
CREATE INDEX settlements_by_payment ON settlements (payment);

-- How many payments a payer made, by slots of a span.
CREATE TABLE quotas (
    payer TEXT NOT NULL,
    span BIGINT NOT NULL,
    slot BIGINT NOT NULL,
    counted BIGINT NOT NULL,
    forgotten_at BIGINT,
    PRIMARY KEY (payer, span, slot)
);
CREATE INDEX quotas_over ON quotas (forgotten_at);

-- The ledger: a row for each attempt of a purchase.
CREATE TABLE purchases (
    purchase TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    task TEXT NOT NULL,
    session TEXT,
    request BYTEA NOT NULL,
    asset TEXT NOT NULL,
    amount TEXT NOT NULL,
    payee TEXT NOT NULL,
    terms BYTEA NOT NULL,
    approval BYTEA,
    reserved_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    lease BIGINT,
    key TEXT,
    expires BIGINT,
    signed BYTEA,
    charged TEXT,
    hash TEXT,
    attested TEXT,
    unspent TEXT,
    chain_time BIGINT,
    is_open BIGINT NOT NULL,
    PRIMARY KEY (purchase, attempt)
);
CREATE INDEX purchases_by_approval ON purchases (approval) WHERE approval IS NOT NULL;
CREATE INDEX purchases_open ON purchases (reserved_at) WHERE is_open = 1;

-- What counts in each budget, by slots of its span.
CREATE TABLE budgets (
    meter TEXT NOT NULL,
    subject TEXT NOT NULL,
    asset TEXT NOT NULL,
    slot BIGINT NOT NULL,
    amount TEXT NOT NULL,
    PRIMARY KEY (meter, subject, asset, slot)
);

-- Where the audit log, which is a file, speaks of a request.
CREATE TABLE traces (
    sequence BIGINT PRIMARY KEY,
    request TEXT NOT NULL,
    place BIGINT NOT NULL,
    purchase TEXT
);
CREATE INDEX traces_by_request ON traces (request);
