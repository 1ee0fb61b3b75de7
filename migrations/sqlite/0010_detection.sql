-- What is listened for in the calls of a trunk, and what was recognised.
ALTER TABLE trunks ADD COLUMN early_media TEXT NOT NULL DEFAULT 'record' CHECK (early_media IN ('end', 'ignore', 'record'));
ALTER TABLE trunks ADD COLUMN answering_machine BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE trunks ADD COLUMN fax BOOLEAN NOT NULL DEFAULT FALSE;
-- No CHECK: findings grow with the product, and a projection must never refuse a fact.
ALTER TABLE call_records ADD COLUMN early_finding TEXT;
ALTER TABLE call_records ADD COLUMN answered_by TEXT;
