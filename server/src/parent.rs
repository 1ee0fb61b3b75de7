//! `trunkline serve`: binds every socket, then starts the worker and restarts it when it dies.
//!
//! Nothing here parses what the network sends, so that nothing the network sends can end it.

use crate::arguments::Serve;
use crate::certificates::Certificates;
use crate::config::Config;
use crate::telemetry;
use anyhow::Context as _;
use net::parent::{Options, Plan, RtpPlan, Sockets, Worker, supervise};
use std::ffi::OsString;
use std::process::ExitCode;

/// Serves until it is told to stop.
///
/// # Errors
/// An address that cannot be bound, or a worker that cannot be started.
pub(crate) fn run(serve: &Serve, config: &Config) -> anyhow::Result<ExitCode> {
    telemetry::start(config);
    std::fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("data_dir: cannot make {}", config.data_dir.display()))?;
    // Read here, where a fault ends the start with a message; each worker reads them again.
    Certificates::load(config)?;
    let sockets = Sockets::bind(&plan(config))?;
    let worker = Worker {
        program: std::env::current_exe().context("find the program itself")?,
        args: worker_arguments(serve),
    };
    let code = supervise(&sockets, &worker, &Options::default())?;
    Ok(u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from))
}

fn plan(config: &Config) -> Plan {
    Plan {
        sip_udp: config.sip.udp.clone(),
        sip_tcp: config.sip.tcp.clone(),
        sip_tls: config.sip.tls.clone(),
        http: config.http.listen.clone(),
        rtp: Some(RtpPlan {
            address: config.media_listen,
            ports: config.media_ports.clone(),
        }),
        checkpoints: config.media_workers,
    }
}

fn worker_arguments(serve: &Serve) -> Vec<OsString> {
    let mut arguments = vec![OsString::from("worker")];
    if let Some(file) = &serve.setup.config {
        arguments.extend([OsString::from("--config"), file.clone().into_os_string()]);
    }
    if serve.demo {
        arguments.push(OsString::from("--demo"));
    }
    arguments
}
