//! Transactions (RFC 3261 §17): one request and its responses, made reliable over UDP.

pub(crate) mod invite_client;
pub(crate) mod invite_server;
pub(crate) mod non_invite_client;
pub(crate) mod non_invite_server;
pub(crate) mod table;
