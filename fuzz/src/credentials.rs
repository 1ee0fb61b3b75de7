//! Digest credentials and challenges from the network.

use std::time::Duration;

use sip::auth::{Attempt, Authenticator, Challenge, Claim, Credentials, PasswordHashes};

/// Reads the bytes as credentials, checks them, and answers them as if they were a challenge.
pub fn run(data: &[u8]) {
    if let Ok(credentials) = Credentials::parse(data) {
        let mut authenticator = Authenticator::new("trunkline", [7; 32]);
        let hashes = PasswordHashes::new("8001", "trunkline", "secret");
        let attempt = Attempt {
            credentials: &credentials,
            hashes: Some(&hashes),
            method: b"REGISTER",
            body: b"v=0",
        };
        let verdict = authenticator.check(Duration::from_hours(500_000), &attempt);
        assert!(
            !matches!(verdict, sip::auth::Verdict::Accepted),
            "a nonce that was never given out is accepted"
        );
    }
    if let Ok(challenge) = Challenge::parse(data) {
        let hashes = PasswordHashes::new("8001", "trunkline", "secret");
        let answer = challenge.answer(&Claim {
            user: "8001",
            hashes: &hashes,
            method: "REGISTER",
            uri: "sip:trunkline",
            client_nonce: "c0ffee",
            count: 1,
        });
        let _ = challenge.is_stale();
        assert!(
            !answer.contains(['\r', '\n']),
            "an answer breaks out: {answer:?}"
        );
        let read = Credentials::parse(answer.as_bytes());
        assert!(read.is_ok(), "we cannot read our own answer: {answer}");
    }
}
