-- Whether customers were asked for a rating, and how they rated. No call of before was asked.
ALTER TABLE call_records ADD COLUMN surveyed BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE call_records ADD COLUMN rating_scale TEXT;
ALTER TABLE call_records ADD COLUMN rating_score BIGINT;

-- The stages grow with the product, and a projection must never refuse a fact. SQLite cannot drop a
-- CHECK in place.
ALTER TABLE call_records ADD COLUMN stage_at_end TEXT;
UPDATE call_records SET stage_at_end = ended_stage;
ALTER TABLE call_records DROP COLUMN ended_stage;
ALTER TABLE call_records RENAME COLUMN stage_at_end TO ended_stage;
