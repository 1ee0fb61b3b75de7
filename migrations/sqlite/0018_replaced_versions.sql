-- Versions of flows in the order in which they were published, the newest at the end.
CREATE INDEX flow_versions_by_time ON flow_versions (published_at, flow_id, version);
