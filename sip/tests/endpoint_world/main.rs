//! Endpoints in a simulated network on a virtual clock: one story a behaviour.

mod calls;
mod network;
mod offers;
mod races;
mod random;
mod registrations;
mod screening;
mod snapshots;
mod streams;
mod torture;
