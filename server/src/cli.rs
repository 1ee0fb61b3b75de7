//! The command line.

use crate::arguments::{Serve, Setup};
use crate::config::{self, Config};
use crate::error::Fault;
use crate::{announcements, enterprises, flow, parent, people, verify, worker};
use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;

/// A contact-center server: SIP trunks, IVR flows, queues, agents, recordings and records.
#[derive(Debug, Parser)]
#[command(name = "trunkline", version, arg_required_else_help = true)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the server.
    Serve(Serve),
    /// What `serve` starts and restarts; not for people.
    #[command(hide = true)]
    Worker(Serve),
    /// Works on IVR flow files.
    #[command(subcommand)]
    Flow(Flow),
    /// Folds the facts again and reports where records differ from them.
    Verify(Setup),
    /// Works on the announcements of networks that are recognised.
    #[command(subcommand)]
    Announcement(Announcement),
    /// Works on enterprises.
    #[command(subcommand)]
    Enterprise(Enterprise),
    /// Works on people who sign in.
    #[command(subcommand)]
    User(User),
    /// Works on the configuration.
    #[command(subcommand)]
    Config(Configuration),
}

#[derive(Debug, Subcommand)]
enum Flow {
    /// Checks flow files and lists every problem.
    Check {
        /// Flow files, JSON or YAML.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Runs test scripts against the flows they name.
    Test {
        /// Scripts in YAML.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
enum Announcement {
    /// Adds one from a recording: WAVE of 16 bits or G.711, 8 or 16 kHz, the announcement once.
    Add {
        #[command(flatten)]
        setup: Setup,
        /// What it tells.
        #[arg(long, value_enum)]
        outcome: Outcome,
        /// Its name; that of the file unless given.
        #[arg(long)]
        name: Option<String>,
        /// The recording.
        recording: PathBuf,
    },
    /// Lists them.
    List(Setup),
}

#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Outcome {
    Busy,
    Congestion,
    EmptyNumber,
    NoAnswer,
    OutOfService,
    PoweredOff,
    Unreachable,
}

impl From<Outcome> for media::detect::Outcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Busy => Self::Busy,
            Outcome::Congestion => Self::Congestion,
            Outcome::EmptyNumber => Self::EmptyNumber,
            Outcome::NoAnswer => Self::NoAnswer,
            Outcome::OutOfService => Self::OutOfService,
            Outcome::PoweredOff => Self::PoweredOff,
            Outcome::Unreachable => Self::Unreachable,
        }
    }
}

#[derive(Debug, Subcommand)]
enum Enterprise {
    /// Says in which country an enterprise is, whose tones its callers hear.
    SetRegion {
        #[command(flatten)]
        setup: Setup,
        /// Its short name.
        name: String,
        /// The country's two letters (ISO 3166-1), such as CN.
        region: String,
    },
}

#[derive(Debug, Subcommand)]
enum User {
    /// Gives a person a new password, read from standard input.
    ResetPassword {
        #[command(flatten)]
        setup: Setup,
        /// The e-mail address with which the person signs in.
        email: String,
    },
}

#[derive(Debug, Subcommand)]
enum Configuration {
    /// Prints the configuration in force, secrets masked.
    Print(Setup),
}

/// Reads the command line and does what it says.
pub(crate) fn run() -> Result<ExitCode, Fault> {
    let line = Line::try_parse().map_err(Fault::Usage)?;
    match line.command {
        Command::Serve(serve) => Ok(parent::run(&serve, &load(&serve.setup)?)?),
        Command::Worker(serve) => Ok(worker::run(&serve, load(&serve.setup)?)?),
        Command::Flow(Flow::Check { files }) => Ok(flow::check(&files)?),
        Command::Flow(Flow::Test { files }) => Ok(flow::test(&files)?),
        Command::Verify(setup) => Ok(verify::run(&load(&setup)?)?),
        Command::Announcement(Announcement::Add {
            setup,
            outcome,
            name,
            recording,
        }) => {
            let what = (recording.as_path(), outcome.into());
            Ok(announcements::add(
                &load(&setup)?.data_dir,
                what,
                name.as_deref(),
            )?)
        }
        Command::Announcement(Announcement::List(setup)) => {
            Ok(announcements::list(&load(&setup)?.data_dir)?)
        }
        Command::Enterprise(Enterprise::SetRegion {
            setup,
            name,
            region,
        }) => Ok(enterprises::set_region(&load(&setup)?, &name, &region)?),
        Command::User(User::ResetPassword { setup, email }) => {
            Ok(people::reset_password(&load(&setup)?, &email)?)
        }
        Command::Config(Configuration::Print(setup)) => Ok(config::print(&load(&setup)?)?),
    }
}

fn load(setup: &Setup) -> Result<Config, Fault> {
    Ok(Config::load(setup.config.as_deref())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        Line::command().debug_assert();
    }
}
