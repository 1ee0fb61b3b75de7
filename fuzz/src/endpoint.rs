//! A running endpoint under everything that may arrive, in any order.
//!
//! The input is a script. A line that begins with `!!` says who does something, and what follows
//! it, up to the next such line, is what they send; an input without such lines is one datagram of
//! a trusted peer. `{via}`, `{from}`, `{to}`, `{call-id}`, `{cseq}` and `{contact}` stand for the
//! values of the last request that the endpoint sent, `{tag}` for its own tag in the last response
//! with one, so that a script can speak within transactions and dialogs.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use sip::auth::PasswordHashes;
use sip::message::{Fault, Framing, Message};
use sip::{
    Account, Advertise, Config, ConnectionId, Endpoint, Event, Flow, Gateway, Invite, Output,
    Refusal, SessionId, Target, Transmit, Transport, TrunkConfig, TrunkId, TrustedSource,
};

const NOW: Duration = Duration::from_hours(500_000);
const TRUNK: TrunkId = TrunkId(1);
const OFFER: &[u8] = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n";
/// Timers fired after the script, many times what the limits below need.
const TIMEOUTS: usize = 20_000;
/// Outputs of one step.
const OUTPUTS: usize = 2_000;

/// Plays the script, hangs everything up and waits until nothing is left.
pub fn run(data: &[u8]) {
    let mut stage = Stage::new();
    for (actor, payload) in scenes(data) {
        stage.play(actor, payload);
        stage.drain();
    }
    stage.end();
}

/// The script's lines of direction with what follows each.
fn scenes(data: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = data;
    let mut is_script = data.starts_with(b"!!");
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if !is_script {
            return Some((&b"udp"[..], std::mem::take(&mut rest)));
        }
        let direction_end = rest.iter().position(|byte| *byte == b'\n');
        let (direction, body) = rest.split_at(direction_end.map_or(rest.len(), |end| end + 1));
        let next = body.windows(3).position(|window| window == b"\n!!");
        let (payload, after) = body.split_at(next.map_or(body.len(), |at| at + 1));
        rest = after;
        is_script = true;
        let direction = direction.strip_prefix(b"!!").unwrap_or(direction);
        Some((direction.trim_ascii(), payload))
    })
}

struct Stage {
    endpoint: Endpoint,
    now: Duration,
    sessions: Vec<SessionId>,
    saved: std::collections::BTreeMap<SessionId, Vec<u8>>,
    last_request: Option<Message>,
    last_tag: String,
    restarts: u8,
}

fn ours() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 5060))
}

fn peer() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 50], 5060))
}

fn stranger() -> SocketAddr {
    SocketAddr::from(([203, 0, 113, 9], 40_000))
}

fn endpoint(seed: u8) -> Endpoint {
    let mut config = Config::new("trunkline", "Trunkline");
    config.advertise = Advertise {
        udp: ours().into(),
        tcp: ours().into(),
        ..Advertise::default()
    };
    let mut endpoint = Endpoint::new(config, [seed; 32]);
    endpoint.set_trunks(
        NOW,
        vec![TrunkConfig {
            id: TRUNK,
            sources: vec![TrustedSource {
                address: peer().ip(),
                prefix: 24,
            }],
            gateways: vec![Gateway {
                host: peer().ip().to_string(),
                port: Some(peer().port()),
                transport: Some(Transport::Udp),
                ..Gateway::default()
            }],
            local: ours().into(),
            ..TrunkConfig::default()
        }],
    );
    let hashes = PasswordHashes::new("8001", "trunkline", "secret");
    endpoint.set_accounts(vec![Account {
        user: "8001".to_owned(),
        ha1_md5: hashes.md5,
        ha1_sha256: hashes.sha256,
    }]);
    endpoint
}

fn flow(remote: SocketAddr, connection: Option<ConnectionId>) -> Flow {
    Flow {
        transport: if connection.is_some() {
            Transport::Tcp
        } else {
            Transport::Udp
        },
        local: ours(),
        remote,
        connection,
    }
}

const STREAM: ConnectionId = ConnectionId(1 << 63);

impl Stage {
    fn new() -> Self {
        let mut endpoint = endpoint(1);
        let now = NOW;
        endpoint.handle_connected(now, flow(peer(), Some(STREAM)), &[]);
        Self {
            endpoint,
            now,
            sessions: Vec::new(),
            saved: std::collections::BTreeMap::new(),
            last_request: None,
            last_tag: String::new(),
            restarts: 0,
        }
    }

    fn play(&mut self, actor: &[u8], payload: &[u8]) {
        let now = self.now;
        let session = self.sessions.last().copied().unwrap_or(SessionId(0));
        let endpoint = &mut self.endpoint;
        // A script may ask for what is not possible at that moment: the errors are part of it.
        match actor {
            b"stranger" => {
                let data = self.filled(payload);
                self.endpoint
                    .handle_datagram(now, flow(stranger(), None), data);
            }
            b"tcp" => {
                let data = self.filled(payload);
                self.endpoint.handle_stream(now, STREAM, &data);
            }
            b"close" => endpoint.handle_closed(now, STREAM),
            b"wait" => self.wait(payload),
            b"invite" => {
                if let Ok(session) = endpoint.invite(now, invite()) {
                    self.sessions.push(session);
                }
            }
            b"ring" => drop(endpoint.ring(now, session)),
            b"answer" => drop(endpoint.answer(now, session, Bytes::from_static(OFFER))),
            b"refuse" => drop(endpoint.refuse(now, session, &Refusal::plain(486))),
            b"answer-offer" => drop(endpoint.answer_offer(now, session, Bytes::from_static(OFFER))),
            b"refuse-offer" => drop(endpoint.refuse_offer(now, session, &Refusal::plain(488))),
            b"acknowledge" => drop(endpoint.acknowledge(now, session, Bytes::from_static(OFFER))),
            b"hang-up" => drop(endpoint.hang_up(now, session, None)),
            b"restart" => self.restart(),
            _ => {
                let data = self.filled(payload);
                self.endpoint.handle_datagram(now, flow(peer(), None), data);
            }
        }
    }

    /// The payload with what the endpoint said last in place of the names in braces.
    fn filled(&self, payload: &[u8]) -> Bytes {
        if !payload.contains(&b'{') {
            return Bytes::copy_from_slice(payload);
        }
        let mut filled = Vec::with_capacity(payload.len() + 256);
        let mut rest = payload;
        while let Some(open) = rest.iter().position(|byte| *byte == b'{') {
            let (before, name) = rest.split_at(open);
            filled.extend_from_slice(before);
            let Some(close) = name.iter().take(12).position(|byte| *byte == b'}') else {
                filled.push(b'{');
                rest = &name[1..];
                continue;
            };
            match &name[1..close] {
                b"tag" => filled.extend_from_slice(self.last_tag.as_bytes()),
                header => {
                    let header = str::from_utf8(header).unwrap_or_default();
                    let request = self.last_request.as_ref();
                    let value = request.and_then(|request| request.headers_named(header).next());
                    filled.extend_from_slice(value.unwrap_or_default());
                }
            }
            rest = &name[close + 1..];
        }
        filled.extend_from_slice(rest);
        filled.into()
    }

    /// Lets as many milliseconds pass as the payload says, a minute at most.
    fn wait(&mut self, payload: &[u8]) {
        let digits = payload.trim_ascii();
        let milliseconds = str::from_utf8(digits)
            .ok()
            .and_then(|text| text.parse().ok());
        let until = self.now + Duration::from_millis(milliseconds.unwrap_or(500).min(60_000));
        while let Some(at) = self.endpoint.poll_timeout().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.endpoint.handle_timeout(self.now);
            self.drain();
        }
        self.now = until;
    }

    /// The endpoint dies and another goes on with what was saved.
    fn restart(&mut self) {
        self.restarts = self.restarts.wrapping_add(1);
        self.endpoint = endpoint(1u8.wrapping_add(self.restarts));
        self.endpoint
            .handle_connected(self.now, flow(peer(), Some(STREAM)), &[]);
        for form in self.saved.values() {
            let restored = self.endpoint.restore(self.now, form);
            assert!(
                restored.is_ok(),
                "what was saved cannot be restored: {restored:?}"
            );
        }
    }

    fn drain(&mut self) {
        for _ in 0..OUTPUTS {
            let Some(output) = self.endpoint.poll_output() else {
                self.save();
                return;
            };
            match output {
                Output::Transmit(transmit) => self.hear(&transmit),
                Output::Event(Event::Incoming { session, .. }) => self.sessions.push(session),
                Output::Connect { connection, .. } => {
                    self.endpoint.handle_closed(self.now, connection);
                }
                Output::Event(Event::Message { message, .. }) => {
                    // One that came with the end of its session has got its answer.
                    let _ = self.endpoint.accept_message(self.now, message);
                }
                Output::Close(_) | Output::Resolve { .. } | Output::Event(_) => (),
            }
        }
        panic!("one step gives more than {OUTPUTS} outputs");
    }

    fn save(&mut self) {
        for session in self.endpoint.take_touched() {
            match self.endpoint.save(session) {
                Some(form) => drop(self.saved.insert(session, form)),
                None => drop(self.saved.remove(&session)),
            }
        }
    }

    /// What the endpoint sends must be readable, but for an answer that repeats what was not.
    fn hear(&mut self, transmit: &Transmit) {
        let framing = match transmit.flow.connection {
            Some(_) => Framing::Stream,
            None => Framing::Datagram,
        };
        if transmit.data.trim_ascii().is_empty() {
            return;
        }
        match Message::parse(transmit.data.clone(), framing) {
            Ok(message) if message.is_request() => self.last_request = Some(message),
            Ok(message) => {
                if let Some(tag) = message.to_tag() {
                    tag.clone_into(&mut self.last_tag);
                }
            }
            Err(error) => {
                let repeats_damage = [&b"SIP/2.0 4"[..], b"SIP/2.0 505"]
                    .iter()
                    .any(|start| transmit.data.starts_with(start));
                // Our note of the source may push a Via that was just short enough over the bound.
                let grew = error.fault() == Fault::LineTooLong && transmit.data.starts_with(b"SIP");
                assert!(
                    repeats_damage || grew,
                    "we send what cannot be read: {error}"
                );
            }
        }
    }

    /// Everybody hangs up, the stream closes, and all timers run out.
    fn end(&mut self) {
        for session in std::mem::take(&mut self.sessions) {
            let _ = self.endpoint.hang_up(self.now, session, None);
            self.drain();
        }
        for _ in 0..TIMEOUTS {
            let Some(at) = self.endpoint.poll_timeout() else {
                let left = self.endpoint.occupancy();
                let counts = (left.transactions, left.sessions, left.deadlines);
                assert_eq!(counts, (0, 0, 0), "something is left without a deadline");
                return;
            };
            self.now = self.now.max(at);
            self.endpoint.handle_timeout(self.now);
            self.drain();
            for session in std::mem::take(&mut self.sessions) {
                let _ = self.endpoint.hang_up(self.now, session, None);
            }
        }
        panic!("timers never run out: {:?}", self.endpoint.occupancy());
    }
}

fn invite() -> Invite {
    let target = Target::Trunk {
        trunk: TRUNK,
        user: "4008110513".to_owned(),
    };
    let offer = Bytes::from_static(OFFER);
    Invite::new(target, "13800138000", "4008110513", offer)
}
