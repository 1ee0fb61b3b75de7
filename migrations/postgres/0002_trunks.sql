-- Everything a carrier may need. The defaults describe the trunks that are there already.

ALTER TABLE trunks ADD COLUMN version BIGINT NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE trunks ADD COLUMN enabled BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE trunks ADD COLUMN trusts_identity BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE trunks ADD COLUMN account_user TEXT;
ALTER TABLE trunks ADD COLUMN account_ha1_md5 TEXT;
ALTER TABLE trunks ADD COLUMN account_ha1_sha256 TEXT;
ALTER TABLE trunks ADD COLUMN credential_user TEXT;
-- Encrypted; see the vault of the store.
ALTER TABLE trunks ADD COLUMN credential_sealed TEXT;
ALTER TABLE trunks ADD COLUMN registration_user TEXT;
ALTER TABLE trunks ADD COLUMN registration_domain TEXT;
ALTER TABLE trunks ADD COLUMN registration_expires_seconds BIGINT;
ALTER TABLE trunks ADD COLUMN health_seconds BIGINT;
ALTER TABLE trunks ADD COLUMN from_domain TEXT;
ALTER TABLE trunks ADD COLUMN tcp_when_large BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE trunks ADD COLUMN follow_redirects BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE trunks ADD COLUMN concurrent_calls BIGINT;
ALTER TABLE trunks ADD COLUMN calls_per_second BIGINT;
ALTER TABLE trunks ADD COLUMN from_kind TEXT NOT NULL DEFAULT 'trunk_number'
    CHECK (from_kind IN ('caller', 'trunk_number', 'fixed'));
ALTER TABLE trunks ADD COLUMN from_number TEXT;
ALTER TABLE trunks ADD COLUMN asserted BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE trunks ADD COLUMN diversion BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE trunks ADD COLUMN privacy BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE trunks ADD COLUMN user_phone BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE trunks ADD COLUMN dtmf TEXT NOT NULL DEFAULT 'rfc4733' CHECK (dtmf IN ('rfc4733', 'info'));

CREATE TABLE trunk_tls_names (
    trunk_id TEXT NOT NULL REFERENCES trunks (id),
    name     TEXT NOT NULL,
    PRIMARY KEY (trunk_id, name)
);

CREATE TABLE trunk_gateways (
    trunk_id  TEXT   NOT NULL REFERENCES trunks (id),
    position  BIGINT NOT NULL,
    host      TEXT   NOT NULL,
    port      BIGINT,
    transport TEXT   NOT NULL CHECK (transport IN ('auto', 'udp', 'tcp', 'tls')),
    priority  BIGINT NOT NULL,
    weight    BIGINT NOT NULL,
    PRIMARY KEY (trunk_id, position)
);

CREATE TABLE trunk_rules (
    trunk_id   TEXT   NOT NULL REFERENCES trunks (id),
    side       TEXT   NOT NULL
        CHECK (side IN ('caller_in', 'called_in', 'caller_out', 'called_out')),
    position   BIGINT NOT NULL,
    prefix     TEXT   NOT NULL,
    min_length BIGINT,
    max_length BIGINT,
    strip      BIGINT NOT NULL,
    prepend    TEXT   NOT NULL,
    PRIMARY KEY (trunk_id, side, position)
);

CREATE TABLE trunk_codecs (
    trunk_id TEXT   NOT NULL REFERENCES trunks (id),
    position BIGINT NOT NULL,
    codec    TEXT   NOT NULL CHECK (codec IN ('pcma', 'pcmu')),
    PRIMARY KEY (trunk_id, position)
);

CREATE TABLE trunk_fixups (
    trunk_id TEXT   NOT NULL REFERENCES trunks (id),
    position BIGINT NOT NULL,
    fixup    TEXT   NOT NULL,
    PRIMARY KEY (trunk_id, position)
);

-- The one peer of before becomes the one gateway. What stands before the last colon is the host.
INSERT INTO trunk_gateways (trunk_id, position, host, port, transport, priority, weight)
SELECT id,
       0,
       ltrim(rtrim(rtrim(rtrim(peer, '0123456789'), ':'), ']'), '['),
       CAST(substr(peer, length(rtrim(peer, '0123456789')) + 1) AS BIGINT),
       'udp',
       0,
       1
FROM trunks
WHERE peer IS NOT NULL;

INSERT INTO trunk_codecs (trunk_id, position, codec)
SELECT id, 0, 'pcma' FROM trunks;
INSERT INTO trunk_codecs (trunk_id, position, codec)
SELECT id, 1, 'pcmu' FROM trunks;

ALTER TABLE trunk_numbers ADD COLUMN version BIGINT NOT NULL DEFAULT 1 CHECK (version > 0);

-- A third noun: what a source of requests has done.
ALTER TABLE facts DROP CONSTRAINT facts_noun_check;
ALTER TABLE facts ADD CONSTRAINT facts_noun_check CHECK (noun IN ('call', 'agent', 'source'));

-- Who did what, and what the server did by itself. Refers to nothing, so that a line outlives what
-- it tells of. The ids sort by time, so the key gives the order in which the log is read.
CREATE TABLE audit_log (
    id            TEXT   NOT NULL PRIMARY KEY,
    at            BIGINT NOT NULL,
    enterprise_id TEXT   NOT NULL,
    -- None where the server acted by itself.
    user_id       TEXT,
    -- No CHECK: the actions grow with the product.
    action        TEXT   NOT NULL,
    subject       TEXT   NOT NULL,
    changes       TEXT   NOT NULL
);
