//! The command line.

use crate::scenario::{self, Scenario};
use crate::stub;
use clap::{Parser, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Measures the product beside the reference, on loopback.
#[derive(Debug, Parser)]
#[command(name = "trunkline-bench")]
pub(crate) struct Arguments {
    /// What to measure.
    #[arg(value_enum, default_value = "all")]
    name: Name,
    /// Seconds in which is measured, once the load has settled.
    #[arg(long, default_value_t = 6)]
    window: u64,
    /// How often each contestant has its turn.
    #[arg(long, default_value_t = 2)]
    rounds: usize,
    /// Concurrent calls, in place of each scenario's own number.
    #[arg(long)]
    calls: Option<u32>,
    /// Where the contestants keep their files; a temporary folder when it is not given.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Set-ups a second that `overload` takes for the capacity, in place of measuring it, and that
    /// `sip` compares at.
    #[arg(long)]
    rate: Option<f64>,
    /// The server to measure, in place of the one that was built beside this program.
    #[arg(long)]
    program: Option<PathBuf>,
    /// Leaves the reference out.
    #[arg(long)]
    alone: bool,
    /// Ports of the reference, which this program starts as a process of its own.
    #[arg(long, hide = true, num_args = 2)]
    ports: Option<Vec<u16>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// Everything, in about six minutes.
    All,
    /// A prompt of ten seconds and a key.
    Ivr,
    /// The same, recorded, with a caller who speaks.
    IvrRecorded,
    /// Two parties who both speak.
    Relay,
    /// The same, recorded.
    RelayRecorded,
    /// A party with SRTP and one without, who both speak.
    Browser,
    /// A party with Opus and one with G.711, who both speak.
    Opus,
    /// Parties with bots that say what they hear.
    Bots,
    /// Single steps of media alone.
    Codecs,
    /// Calls that are hung up at once.
    Setup,
    /// Memory after many finished calls.
    Memory,
    /// Calls of two legs through the media engine, and single steps.
    Media,
    /// Nodes of flows, calls in them, and a large flow.
    Flows,
    /// Nanoseconds for one message and one packet.
    Micro,
    /// Signalling alone, beside what others use for it.
    Sip,
    /// More new calls than the server can take, while others talk.
    Overload,
    /// The reference itself.
    #[value(hide = true)]
    Stub,
}

/// What is to be run.
pub(crate) enum Command {
    /// Scenarios with media, one after the other.
    Compare(Vec<Scenario>),
    /// Set-ups a second.
    Setups,
    /// Memory of finished calls.
    Memory,
    /// Calls of two legs, and single steps of media.
    Media,
    /// Single steps of media.
    Codecs,
    /// Flows.
    Flows,
    /// Single steps.
    Micro,
    /// Signalling alone.
    Sip,
    /// More new calls than can be taken.
    Overload,
    /// Everything.
    All,
    /// The reference, on these ports.
    Stub(stub::Ports),
}

/// How to measure.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// How long is measured.
    pub(crate) window: Duration,
    /// Turns of each contestant.
    pub(crate) rounds: usize,
    /// Concurrent calls, where given.
    pub(crate) calls: Option<u32>,
    /// Set-ups a second, where given.
    pub(crate) rate: Option<f64>,
    /// The server's program, where given.
    pub(crate) program: Option<PathBuf>,
    /// Where files go, where given.
    pub(crate) folder: Option<PathBuf>,
    /// Whether the reference is left out.
    pub(crate) alone: bool,
}

impl Arguments {
    pub(crate) fn command(&self) -> Command {
        match self.name {
            Name::All => Command::All,
            Name::Ivr => Command::Compare(vec![scenario::IVR]),
            Name::IvrRecorded => Command::Compare(vec![scenario::IVR_RECORDED]),
            Name::Relay => Command::Compare(vec![scenario::RELAY]),
            Name::RelayRecorded => Command::Compare(vec![scenario::RELAY_RECORDED]),
            Name::Browser => Command::Compare(vec![scenario::BROWSER]),
            Name::Opus => Command::Compare(vec![scenario::OPUS]),
            Name::Bots => Command::Compare(vec![scenario::BOTS]),
            Name::Codecs => Command::Codecs,
            Name::Setup => Command::Setups,
            Name::Memory => Command::Memory,
            Name::Media => Command::Media,
            Name::Flows => Command::Flows,
            Name::Micro => Command::Micro,
            Name::Sip => Command::Sip,
            Name::Overload => Command::Overload,
            Name::Stub => {
                let ports = self.ports.as_deref().unwrap_or_default();
                Command::Stub(stub::Ports {
                    sip: ports.first().copied().unwrap_or(5_060),
                    peer: ports.get(1).copied().unwrap_or(5_080),
                })
            }
        }
    }

    pub(crate) fn plan(&self) -> Plan {
        Plan {
            window: Duration::from_secs(self.window.max(1)),
            rounds: self.rounds.max(1),
            calls: self.calls,
            rate: self.rate.filter(|rate| *rate > 0.0),
            program: self.program.clone(),
            folder: self.folder.clone(),
            alone: self.alone,
        }
    }
}
