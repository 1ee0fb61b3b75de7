//! The binary `trunkline`: command line, configuration, wiring, the loops, shut-down.

mod announcements;
mod arguments;
mod assets;
mod audio;
mod bucket;
mod certificates;
mod cli;
mod client;
mod compressor;
mod config;
mod configuration;
mod directory;
mod engine;
mod enterprises;
mod error;
mod flow;
mod handshakes;
mod ledger;
mod media;
mod mover;
mod networks;
mod parent;
mod people;
mod questions;
mod recordings;
mod resolver;
mod routes;
mod secrets;
mod sounds;
mod speech;
mod streams;
mod telemetry;
mod verify;
mod worker;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(code) => code,
        Err(fault) => fault.report(),
    }
}
