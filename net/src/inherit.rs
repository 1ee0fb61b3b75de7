//! The worker's side of the sockets that its parent holds.
//!
//! The parent writes a table into a file in memory and gives its number in the environment
//! variable [`VARIABLE`]: one line an item, `<kind> <number>`.

#![expect(
    unsafe_code,
    reason = "a descriptor's number in a table becomes its owner here"
)]

use crate::{
    Clock,
    syscall::{
        option::{Inheritance, set_inheritance},
        process::adopt,
    },
};
use std::{
    fmt::Write as _,
    fs::File,
    io::{self, Read as _, Seek as _, Write as _},
    net::{TcpListener, UdpSocket},
    os::fd::{AsRawFd as _, OwnedFd, RawFd},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// The environment variable that holds the number of the table's descriptor.
pub const VARIABLE: &str = "TRUNKLINE_INHERITED";

const TITLE: &str = "trunkline sockets 1";
/// A table names at most every port twice.
const TABLE_BYTES_MAX: u64 = 4 << 20;

/// What a worker gets from its parent.
#[derive(Debug)]
pub struct Inherited {
    /// The SIP sockets, in the order of the plan.
    pub sip_udp: Vec<UdpSocket>,
    /// The SIP listeners, in the order of the plan.
    pub sip_tcp: Vec<TcpListener>,
    /// The SIP listeners for TLS, in the order of the plan.
    pub sip_tls: Vec<TcpListener>,
    /// The HTTP listeners, in the order of the plan.
    pub http: Vec<TcpListener>,
    /// The RTP sockets by ascending port; some may be connected by the worker before.
    pub rtp: Vec<UdpSocket>,
    /// Files in memory that outlive a worker, one a media thread.
    pub checkpoints: Vec<File>,
    /// The clock that all workers of this parent share.
    pub clock: Clock,
    /// How many workers there were before this one.
    pub generation: u64,
    /// How many workers died in the last ten seconds.
    pub recent_crashes: u32,
    /// Tells the parent that this worker lives.
    pub heartbeat: Heartbeat,
}

/// Why a worker did not get its sockets.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The variable does not hold the number of a descriptor.
    #[error("{VARIABLE} is {0:?}, which is not the number of a table of sockets")]
    Variable(String),
    /// A line of the table was not understood.
    #[error("line {0:?} in the table of sockets")]
    Line(String),
    /// The table lacks an item.
    #[error("no {0} in the table of sockets")]
    Missing(&'static str),
    /// The sockets were taken before.
    #[error("the inherited sockets were taken before")]
    Taken,
    /// A descriptor of the table is not usable.
    #[error("inherit {what}")]
    Descriptor {
        /// Which item.
        what: String,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Tells the parent that the worker lives; silence for two seconds has it killed and restarted.
#[derive(Debug)]
pub struct Heartbeat {
    pipe: File,
    next: Duration,
}

impl Heartbeat {
    /// A quarter of the silence that the parent bears.
    const INTERVAL: Duration = Duration::from_millis(500);

    /// To be called at least every half second by the thread whose life matters; most calls cost
    /// a comparison.
    pub fn beat(&mut self, now: Duration) {
        if now >= self.next {
            self.next = now + Self::INTERVAL;
            // A full pipe holds beats enough, and without a reader this process is about to end.
            let _ = self.pipe.write(&[1]);
        }
    }
}

/// Takes the sockets; `value` is what [`VARIABLE`] holds. The first call alone gets them.
///
/// # Errors
/// A value, table or descriptor that is not the parent's.
pub fn take(value: &str) -> Result<Inherited, Error> {
    static TAKEN: AtomicBool = AtomicBool::new(false);
    let number: RawFd = value
        .parse()
        .map_err(|_| Error::Variable(value.to_owned()))?;
    if number <= 2 {
        return Err(Error::Variable(value.to_owned()));
    }
    if TAKEN.swap(true, Ordering::AcqRel) {
        return Err(Error::Taken);
    }
    let text = read_table(number)?;
    let mut table = Table::default();
    for line in text.lines().skip(1) {
        let known = line
            .split_once(' ')
            .and_then(|(kind, value)| table.read(kind, value));
        known.ok_or_else(|| Error::Line(line.to_owned()))??;
    }
    table.finish()
}

fn descriptor_error(what: &str) -> impl FnOnce(io::Error) -> Error {
    let what = what.to_owned();
    move |source| Error::Descriptor { what, source }
}

fn own(what: &str, number: RawFd) -> Result<OwnedFd, Error> {
    // SAFETY: the parent opened the descriptors of its table for this process alone, before any
    // code of it ran, and `take` reads the table once, each line once.
    let owned = unsafe { adopt(number) };
    let owned = owned.map_err(descriptor_error(what))?;
    set_inheritance(&owned, Inheritance::Closed).map_err(descriptor_error(what))?;
    Ok(owned)
}

fn read_table(number: RawFd) -> Result<String, Error> {
    let mut file = File::from(own("the table", number)?);
    let mut text = String::new();
    file.rewind()
        .and_then(|()| file.take(TABLE_BYTES_MAX).read_to_string(&mut text))
        .map_err(descriptor_error("the table"))?;
    if text.lines().next() != Some(TITLE) {
        return Err(Error::Missing("title"));
    }
    Ok(text)
}

#[derive(Default)]
struct Table {
    sip_udp: Vec<UdpSocket>,
    sip_tcp: Vec<TcpListener>,
    sip_tls: Vec<TcpListener>,
    http: Vec<TcpListener>,
    rtp: Vec<UdpSocket>,
    checkpoints: Vec<File>,
    heartbeat: Option<File>,
    anchor: Option<Duration>,
    generation: Option<u64>,
    recent_crashes: Option<u32>,
}

impl Table {
    /// Takes one line; `None` when it cannot be understood.
    fn read(&mut self, kind: &str, value: &str) -> Option<Result<(), Error>> {
        match kind {
            "anchor_us" => self.anchor = Some(Duration::from_micros(value.parse().ok()?)),
            "generation" => self.generation = Some(value.parse().ok()?),
            "recent_crashes" => self.recent_crashes = Some(value.parse().ok()?),
            _ => return Some(self.keep(kind, value.parse().ok()?)),
        }
        Some(Ok(()))
    }

    fn keep(&mut self, kind: &str, number: RawFd) -> Result<(), Error> {
        let owned = own(kind, number)?;
        match kind {
            "sip_udp" => self.sip_udp.push(owned.into()),
            "sip_tcp" => self.sip_tcp.push(owned.into()),
            "sip_tls" => self.sip_tls.push(owned.into()),
            "http" => self.http.push(owned.into()),
            "rtp" => self.rtp.push(owned.into()),
            "checkpoint" => self.checkpoints.push(owned.into()),
            "heartbeat" => self.heartbeat = Some(owned.into()),
            _ => return Err(Error::Line(kind.to_owned())),
        }
        Ok(())
    }

    fn finish(self) -> Result<Inherited, Error> {
        Ok(Inherited {
            sip_udp: self.sip_udp,
            sip_tcp: self.sip_tcp,
            sip_tls: self.sip_tls,
            http: self.http,
            rtp: self.rtp,
            checkpoints: self.checkpoints,
            clock: Clock::with_anchor(self.anchor.ok_or(Error::Missing("anchor"))?),
            generation: self.generation.ok_or(Error::Missing("generation"))?,
            recent_crashes: self.recent_crashes.unwrap_or_default(),
            heartbeat: Heartbeat {
                pipe: self.heartbeat.ok_or(Error::Missing("heartbeat"))?,
                next: Duration::ZERO,
            },
        })
    }
}

/// The parent's side: what the table says.
pub(crate) struct Written {
    text: String,
}

impl Written {
    pub(crate) fn new() -> Self {
        Self {
            text: format!("{TITLE}\n"),
        }
    }

    pub(crate) fn number(&mut self, kind: &str, number: impl std::fmt::Display) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "{kind} {number}");
    }

    pub(crate) fn descriptors<D: std::os::fd::AsFd>(&mut self, kind: &str, descriptors: &[D]) {
        for descriptor in descriptors {
            self.number(kind, descriptor.as_fd().as_raw_fd());
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_no_descriptor_is_refused() {
        for value in ["", "socket", "1", "-4"] {
            assert!(matches!(take(value), Err(Error::Variable(_))), "{value:?}");
        }
    }
}
