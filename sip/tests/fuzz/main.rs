//! The fuzz targets of the signalling, run on their corpus and on seeded mutations of it.
//!
//! `cargo xtask fuzz` runs the same functions under libFuzzer.

#![expect(
    unreachable_pub,
    clippy::disallowed_methods,
    reason = "the targets are public to libFuzzer's binaries, and the corpus is files"
)]

#[path = "../../../fuzz/bounded.rs"]
mod bounded;
#[path = "../../../fuzz/src/credentials.rs"]
mod credentials;
#[path = "../../../fuzz/src/endpoint.rs"]
mod endpoint;
#[path = "../../../fuzz/src/framing.rs"]
mod framing;
#[path = "../../../fuzz/src/message.rs"]
mod message;
#[path = "../../../fuzz/src/uri.rs"]
mod uri;

#[test]
fn no_message_panics_or_changes_when_it_is_printed_again() {
    bounded::run("message", 20_000, message::run);
}

#[test]
fn no_uri_panics_or_leaves_its_place() {
    bounded::run("uri", 20_000, uri::run);
}

#[test]
fn no_stream_panics_or_depends_on_how_it_is_cut() {
    bounded::run("framing", 10_000, framing::run);
}

#[test]
fn no_credentials_panic_or_break_out_of_their_header() {
    bounded::run("credentials", 20_000, credentials::run);
}

#[test]
fn nothing_that_arrives_kills_an_endpoint_or_stays_in_it() {
    bounded::run("endpoint", 4_000, endpoint::run);
}
