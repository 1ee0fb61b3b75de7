//! The real router over a real database, with a live engine that follows a script.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod agents;
mod audit_log;
mod bots;
mod call_records;
mod calls;
mod flow_calls;
mod flow_counts;
mod flow_tests;
mod flows;
mod pages;
mod recording;
mod sessions;
mod sounds;
mod speech_engines;
mod tenants;
mod time_schemes;
mod trunks;
mod world;
