-- Calls of drafts have a type of their own. The types grow with the product, and a projection must
-- never refuse a fact.
-- SQLite cannot drop a CHECK in place.
ALTER TABLE call_records ADD COLUMN type_of_call TEXT NOT NULL DEFAULT 'inbound';
UPDATE call_records SET type_of_call = call_type;
ALTER TABLE call_records DROP COLUMN call_type;
ALTER TABLE call_records RENAME COLUMN type_of_call TO call_type;
