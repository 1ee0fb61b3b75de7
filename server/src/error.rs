//! How a failed command ends: a message on standard error and an exit code that says whether
//! trying again makes sense.

use crate::config::Faults;
use std::io::Write as _;
use std::process::ExitCode;

/// Exit code for a wrong command line (sysexits.h `EX_USAGE`).
const USAGE: u8 = 64;
/// Exit code for a wrong configuration (sysexits.h `EX_CONFIG`).
const CONFIGURATION: u8 = 78;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The command line was not understood, or asks for help; clap wrote the text.
    Usage(clap::Error),
    /// The configuration is wrong; every fault of it is listed.
    Configuration(Faults),
    /// Something else failed.
    Failed(anyhow::Error),
}

impl Fault {
    /// Writes the message and gives the exit code.
    pub(crate) fn report(self) -> ExitCode {
        match self {
            Self::Usage(error) => {
                // A closed standard error leaves the exit code to tell.
                let _ = error.print();
                if error.use_stderr() {
                    ExitCode::from(USAGE)
                } else {
                    ExitCode::SUCCESS
                }
            }
            Self::Configuration(faults) => {
                say(&faults.to_string());
                ExitCode::from(CONFIGURATION)
            }
            Self::Failed(error) => {
                say(&format!("trunkline: {error:#}"));
                ExitCode::FAILURE
            }
        }
    }
}

impl From<anyhow::Error> for Fault {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Faults> for Fault {
    fn from(faults: Faults) -> Self {
        Self::Configuration(faults)
    }
}

fn say(text: &str) {
    // A closed standard error leaves the exit code to tell.
    let _ = writeln!(std::io::stderr(), "{text}");
}
