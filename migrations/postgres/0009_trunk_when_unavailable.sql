-- Whether 408 and 480 of a gateway speak for the callee, or leave the call to the next gateway.
ALTER TABLE trunks ADD COLUMN when_unavailable TEXT NOT NULL DEFAULT 'end'
    CHECK (when_unavailable IN ('end', 'next_gateway'));
