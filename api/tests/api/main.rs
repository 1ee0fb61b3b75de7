//! The real router over a real database, with a live engine that follows a script.

mod agents;
mod call_records;
mod calls;
mod pages;
mod recording;
mod sessions;
mod tenants;
mod world;
