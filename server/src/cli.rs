//! The command line.

use crate::arguments::{Serve, Setup};
use crate::config::{self, Config};
use crate::error::Fault;
use crate::{flow, parent, people, verify, worker};
use clap::{Parser, Subcommand};
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
        Command::Verify(setup) => Ok(verify::run(&load(&setup)?)?),
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
