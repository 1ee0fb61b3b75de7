//! Benchmarks: the product beside a reference that does the same work without any of its duties,
//! both measured in one run, in turn, on the same processor.
//!
//! Nothing leaves the machine: every socket is bound to the loopback address.

mod arguments;
mod compare;
mod contestant;
mod flows;
mod generator;
mod histogram;
mod media;
mod memory;
mod message;
mod micro;
mod overload;
mod process;
mod scenario;
mod setups;
mod sip;
mod socket;
mod stub;
mod table;
mod time;

use arguments::{Arguments, Command};
use clap::Parser as _;
use std::io;

/// Reads the command line and runs what it names.
///
/// # Errors
/// A contestant that cannot be started, or a refusal of the system.
pub fn run() -> io::Result<()> {
    let arguments = Arguments::parse();
    match arguments.command() {
        Command::Compare(scenarios) => compare::run(&scenarios, &arguments.plan()),
        Command::Setups => setups::run(&arguments.plan()),
        Command::Memory => memory::run(&arguments.plan()),
        Command::Media => media::run(),
        Command::Codecs => media::run_steps(),
        Command::Flows => flows::run(),
        Command::Micro => micro::run(),
        Command::Sip => sip::run(&arguments.plan()),
        Command::Overload => overload::run(&arguments.plan()),
        Command::All => {
            micro::run()?;
            compare::run(&scenario::ALL, &arguments.plan())?;
            setups::run(&arguments.plan())?;
            memory::run(&arguments.plan())
        }
        Command::Stub(ports) => stub::run(ports),
    }
}
