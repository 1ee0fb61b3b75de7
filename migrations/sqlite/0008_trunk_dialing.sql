-- Which numbers may be dialled over a trunk: none but those that a rule names. The trunks that are
-- there already go on dialling every number at home, and the emergency numbers. A number abroad
-- takes a prefix with + from here on.
CREATE TABLE trunk_dial_rules (
    trunk_id TEXT   NOT NULL REFERENCES trunks (id),
    kind     TEXT   NOT NULL CHECK (kind IN ('allowed', 'denied', 'short')),
    position BIGINT NOT NULL,
    number   TEXT   NOT NULL,
    PRIMARY KEY (trunk_id, kind, position)
);

INSERT INTO trunk_dial_rules (trunk_id, kind, position, number)
SELECT trunk_gateways.trunk_id, 'allowed', digits.position, digits.number
FROM trunk_gateways
CROSS JOIN (
    SELECT 0 AS position, '0' AS number
    UNION ALL SELECT 1, '1'
    UNION ALL SELECT 2, '2'
    UNION ALL SELECT 3, '3'
    UNION ALL SELECT 4, '4'
    UNION ALL SELECT 5, '5'
    UNION ALL SELECT 6, '6'
    UNION ALL SELECT 7, '7'
    UNION ALL SELECT 8, '8'
    UNION ALL SELECT 9, '9'
) AS digits
WHERE trunk_gateways.position = 0;

INSERT INTO trunk_dial_rules (trunk_id, kind, position, number)
SELECT trunk_gateways.trunk_id, 'short', emergencies.position, emergencies.number
FROM trunk_gateways
CROSS JOIN (
    SELECT 0 AS position, '110' AS number
    UNION ALL SELECT 1, '112'
    UNION ALL SELECT 2, '119'
    UNION ALL SELECT 3, '120'
    UNION ALL SELECT 4, '122'
    UNION ALL SELECT 5, '911'
    UNION ALL SELECT 6, '999'
) AS emergencies
WHERE trunk_gateways.position = 0;
