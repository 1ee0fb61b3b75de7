//! What commands are told on the command line.

use clap::Args;
use std::path::PathBuf;

/// Where the configuration is.
#[derive(Debug, Clone, Args)]
pub(crate) struct Setup {
    /// The configuration file; `trunkline.toml` here where there is one.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// How to serve.
#[derive(Debug, Clone, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) setup: Setup,
    /// Fills an empty database with the demo enterprise.
    #[arg(long)]
    pub(crate) demo: bool,
}
