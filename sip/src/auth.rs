//! Digest authentication (RFC 7616, RFC 8760): SHA-256 and MD5 with `qop=auth`.
//!
//! [`Authenticator`] is the server side; [`Challenge`] answers as a client.

mod client;
mod credentials;
mod digest;
mod server;
mod window;

pub use client::{Challenge, Claim};
pub use credentials::{Credentials, MalformedCredentials};
pub use digest::{Algorithm, PasswordHashes};
pub use server::{Attempt, Authenticator, Freshness, Refusal, Verdict};

#[cfg(test)]
mod tests;
