//! Whole stories with the real binary and telephones that nobody here wrote.

mod asking;
mod bots;
mod browsers;
mod buckets;
mod carriers;
mod codecs;
mod console;
mod conversation;
mod crash;
mod crossings;
mod designer;
mod encrypted;
mod endings;
mod families;
mod flows;
mod forbidden;
mod handing_on;
mod hostile;
mod https;
mod jssip;
mod leaving;
mod offers;
mod phones;
mod pipecat;
mod proxy;
mod queueing;
mod rating;
mod recordings;
mod renegotiation;
mod returning;
mod scanners;
mod secrets;
mod secure_bots;
mod sockets;
mod softphones;
mod sounds;
mod speech;
mod supervising;
mod timers;
mod tls;
mod transferring;
mod trunks;
mod understanding;

use std::time::Duration;

/// What the caller speaks.
const CALLER: f64 = 440.0;
/// What the agent, or another called party, speaks.
const AGENT: f64 = 1_000.0;
/// More than anything takes that does not wait for somebody.
const SHORTLY: Duration = Duration::from_secs(10);
/// Long enough to tell a tone from an accident.
const WHILE: Duration = Duration::from_secs(2);
