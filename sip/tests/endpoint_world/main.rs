//! Endpoints in a simulated network on a virtual clock: one story a behaviour.

#![expect(
    clippy::similar_names,
    reason = "caller and callee are the words of the trade"
)]
#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "the helpers of tests fail like tests and look for one event among many"
)]

mod bindings;
mod calls;
mod carrier;
mod desk;
mod digest_client;
mod failover;
mod forks;
mod handmade;
mod health;
mod identity;
mod injection;
mod ipv6;
mod methods;
mod network;
mod offers;
mod own_offers;
mod phone;
mod races;
mod random;
mod reflection;
mod registering;
mod registrations;
mod reliable;
mod replaces;
mod requests;
mod reuse;
mod screening;
mod shedding;
mod simulation;
mod smuggling;
mod snapshots;
mod streams;
mod subscriptions;
mod timers;
mod torture;
mod transfers;
mod trunks;
mod waiting;
mod witness;
