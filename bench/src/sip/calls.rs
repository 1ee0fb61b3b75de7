//! Answered calls through a bare endpoint: INVITE, 100, 180, 200, ACK, BYE, 200.

use crate::table::Table;
use crate::time::time;
use bytes::Bytes;
use sip::{
    Advertise, Config, Endpoint, Event, Flow, Output, SessionId, Transport, TrunkConfig,
    TrustedSource,
};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// Calls of a batch, all of which are up at once.
const BATCH: u32 = 500;
/// Batches that are measured, after some that fill the tables: a second of the clock each.
const BATCHES: u32 = 60;
const WARMING: u32 = 40;
const SECOND: Duration = Duration::from_secs(1);
const DESCRIPTION: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
    m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n";

/// Measures and prints.
pub(super) fn run() -> io::Result<()> {
    let mut exchange = Exchange::new();
    for _ in 0..WARMING {
        exchange.batch()?;
    }
    let mut total = Duration::ZERO;
    for _ in 0..BATCHES {
        total += exchange.batch()?;
    }
    let calls = f64::from(BATCH * BATCHES);
    let left = exchange.endpoint.occupancy();
    let mut table = Table::new(&["endpoint alone", "figure"]);
    table.row(vec![
        "CPU of an answered call".to_owned(),
        format!("{:.1} µs", total.as_secs_f64() * 1e6 / calls),
    ]);
    table.row(vec![
        "calls a second on one core".to_owned(),
        format!("{:.0}", calls / total.as_secs_f64()),
    ]);
    table.row(vec![
        "transactions lingering meanwhile".to_owned(),
        left.transactions.to_string(),
    ]);
    table.print()
}

struct Exchange {
    endpoint: Endpoint,
    now: Duration,
    calls: u32,
}

fn ours() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 5060))
}

fn flow() -> Flow {
    Flow {
        transport: Transport::Udp,
        local: ours(),
        remote: SocketAddr::from(([127, 0, 0, 1], 5070)),
        connection: None,
    }
}

impl Exchange {
    fn new() -> Self {
        let mut config = Config::new("trunkline", "Trunkline");
        config.advertise = Advertise {
            udp: ours().into(),
            ..Advertise::default()
        };
        let mut endpoint = Endpoint::new(config, [7; 32]);
        let trunk = TrunkConfig {
            sources: vec![TrustedSource {
                address: ours().ip(),
                prefix: 8,
            }],
            ..TrunkConfig::default()
        };
        endpoint.set_trunks(Duration::from_hours(500_000), vec![trunk]);
        Self {
            endpoint,
            now: Duration::from_hours(500_000),
            calls: 0,
        }
    }

    /// The endpoint's time for one batch; what the caller and the owner do is not in it.
    fn batch(&mut self) -> io::Result<Duration> {
        let first = self.calls;
        self.calls += BATCH;
        let invites: Vec<Bytes> = (first..self.calls).map(invite).collect();
        let (answers, rung) = time(|| self.answer_all(invites))?;
        let (acks, byes): (Vec<Bytes>, Vec<Bytes>) = (first..self.calls)
            .zip(&answers)
            .map(|(call, answer)| {
                (
                    follow("ACK", 1, call, answer),
                    follow("BYE", 2, call, answer),
                )
            })
            .unzip();
        let ((), ended) = time(|| {
            for request in acks.into_iter().chain(byes) {
                self.endpoint.handle_datagram(self.now, flow(), request);
                while let Some(output) = self.endpoint.poll_output() {
                    drop(output);
                }
                self.endpoint.take_touched();
            }
            self.now += SECOND;
            self.endpoint.handle_timeout(self.now);
            while let Some(output) = self.endpoint.poll_output() {
                drop(output);
            }
        })?;
        Ok(rung + ended)
    }

    /// The 200 of each call.
    fn answer_all(&mut self, invites: Vec<Bytes>) -> Vec<Bytes> {
        let mut answers = Vec::with_capacity(invites.len());
        for request in invites {
            self.endpoint.handle_datagram(self.now, flow(), request);
            let Some(session) = self.incoming() else {
                continue;
            };
            let sdp = Bytes::from_static(DESCRIPTION.as_bytes());
            let taken = self
                .endpoint
                .ring(self.now, session)
                .and_then(|()| self.endpoint.answer(self.now, session, sdp));
            debug_assert!(taken.is_ok(), "a call that came in can be answered");
            let mut last = Bytes::new();
            while let Some(output) = self.endpoint.poll_output() {
                if let Output::Transmit(transmit) = output {
                    last = transmit.data;
                }
            }
            answers.push(last);
            self.endpoint.take_touched();
        }
        answers
    }

    fn incoming(&mut self) -> Option<SessionId> {
        let mut found = None;
        while let Some(output) = self.endpoint.poll_output() {
            if let Output::Event(Event::Incoming { session, .. }) = output {
                found = Some(session);
            }
        }
        found
    }
}

fn invite(call: u32) -> Bytes {
    format!(
        "INVITE sip:4008110513@127.0.0.1:5060 SIP/2.0\r\n\
         Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK{call}-1;rport\r\nMax-Forwards: 70\r\n\
         From: <sip:1000@127.0.0.1:5070>;tag=f{call}\r\nTo: <sip:4008110513@127.0.0.1:5060>\r\n\
         Call-ID: {call}@load\r\nCSeq: 1 INVITE\r\nContact: <sip:load@127.0.0.1:5070>\r\n\
         Allow: INVITE, ACK, BYE, CANCEL, OPTIONS\r\nContent-Type: application/sdp\r\n\
         Content-Length: {}\r\n\r\n{DESCRIPTION}",
        DESCRIPTION.len()
    )
    .into()
}

/// A request within the dialog that `answer` made.
fn follow(method: &str, sequence: u32, call: u32, answer: &Bytes) -> Bytes {
    let text = String::from_utf8_lossy(answer);
    let to = text
        .split("\r\n")
        .find_map(|line| line.strip_prefix("To: "))
        .unwrap_or_default();
    format!(
        "{method} sip:127.0.0.1:5060 SIP/2.0\r\n\
         Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK{call}-{method};rport\r\n\
         Max-Forwards: 70\r\nFrom: <sip:1000@127.0.0.1:5070>;tag=f{call}\r\nTo: {to}\r\n\
         Call-ID: {call}@load\r\nCSeq: {sequence} {method}\r\nContent-Length: 0\r\n\r\n"
    )
    .into()
}
