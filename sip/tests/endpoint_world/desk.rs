//! An endpoint whose every message in and out is looked at one by one, for stories about phones on
//! connections of their own.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use sip::auth::{Challenge, Claim, PasswordHashes};
use sip::message::{Framing, Message};
use sip::{
    Account, Config, ConnectionId, Endpoint, Event, Flow, Invite, Output, SessionId, Target,
    Transport,
};

use crate::handmade::{Handmade, code, header};
use crate::network::{ANSWER, START, address, config, invite_to, neighbours};

/// The endpoint and what it wanted.
pub(crate) struct Desk {
    pub(crate) now: Duration,
    pub(crate) endpoint: Endpoint,
    pub(crate) sent: Vec<(Flow, Bytes)>,
    pub(crate) connects: Vec<(ConnectionId, Transport, SocketAddr, Option<String>)>,
    pub(crate) events: Vec<Event>,
    requests: u32,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self::with(config(address(1)))
    }

    pub(crate) fn with(config: Config) -> Self {
        Self {
            now: START,
            endpoint: fresh(config, 1),
            sent: Vec::new(),
            connects: Vec::new(),
            events: Vec::new(),
            requests: 0,
        }
    }

    /// Kills the endpoint and starts another from what was saved; no connection lives on.
    pub(crate) fn restart(&mut self, sessions: &[SessionId]) {
        let saved: Vec<_> = sessions
            .iter()
            .map(|id| self.endpoint.save(*id).unwrap())
            .collect();
        let bindings = self.endpoint.save_bindings("8001");
        self.endpoint = fresh(config(address(1)), 2);
        self.endpoint.restore_bindings(self.now, &bindings).unwrap();
        for form in saved {
            self.endpoint.restore(self.now, &form).unwrap();
        }
        self.drain();
    }

    pub(crate) fn connect(&mut self, transport: Transport, number: u8) -> Flow {
        let flow = Flow {
            transport,
            local: address(1),
            remote: SocketAddr::from(([203, 0, 113, number], 40_000)),
            connection: Some(ConnectionId((1 << 63) | u64::from(number))),
        };
        self.endpoint.handle_connected(self.now, flow, &[]);
        flow
    }

    pub(crate) fn hear(&mut self, flow: Flow, text: &str) {
        match flow.connection {
            None => {
                let data = Bytes::copy_from_slice(text.as_bytes());
                self.endpoint.handle_datagram(self.now, flow, data);
            }
            Some(connection) => {
                self.endpoint
                    .handle_stream(self.now, connection, text.as_bytes());
            }
        }
        self.drain();
    }

    pub(crate) fn close(&mut self, flow: Flow) {
        self.endpoint
            .handle_closed(self.now, flow.connection.unwrap());
        self.drain();
    }

    pub(crate) fn act<T>(&mut self, action: impl FnOnce(&mut Endpoint, Duration) -> T) -> T {
        let result = action(&mut self.endpoint, self.now);
        self.drain();
        result
    }

    pub(crate) fn run_for(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        while let Some(next) = self.endpoint.poll_timeout().filter(|next| *next <= end) {
            self.now = self.now.max(next);
            self.endpoint.handle_timeout(self.now);
            self.drain();
        }
        self.now = end;
    }

    /// What was sent since the last look, as `method or status` and the flow.
    pub(crate) fn take_sent(&mut self) -> Vec<(String, Flow)> {
        let title = |data: &Bytes| {
            let text = String::from_utf8_lossy(data);
            let line = text.strip_prefix("SIP/2.0 ").unwrap_or(&text).to_owned();
            line.split(' ').next().unwrap_or_default().to_owned()
        };
        let sent = std::mem::take(&mut self.sent);
        sent.iter()
            .map(|(flow, data)| (title(data), *flow))
            .collect()
    }

    pub(crate) fn last(&self) -> Message {
        let (_, data) = self.sent.last().expect("something was sent");
        Message::parse(data.clone(), Framing::Stream).unwrap()
    }

    /// A REGISTER as the phone on a flow writes it.
    pub(crate) fn request(&mut self, flow: Flow, contact: &str) -> Handmade {
        self.requests += 1;
        let (number, transport) = (self.requests, flow.transport.via_name());
        Handmade::new("REGISTER", flow.remote)
            .uri("sip:trunkline")
            .with("CSeq", &format!("{number} REGISTER"))
            .with(
                "Via",
                &format!("SIP/2.0/{transport} phone.invalid;branch=z9hG4bK{number};rport"),
            )
            .with(
                "Call-ID",
                &format!("registration over {:?}", flow.remote.ip()).replace(' ', "-"),
            )
            .with("Contact", contact)
            .with("Expires", "600")
    }

    /// Sends a REGISTER, answers the challenge, and returns the final answer; what followed it is left.
    pub(crate) fn register(&mut self, flow: Flow, request: &Handmade) -> Message {
        let hashes = hashes();
        self.hear(flow, &request.text());
        let challenge = self.last();
        assert_eq!(code(&challenge), Some(401));
        let value = challenge.headers_named("WWW-Authenticate").next().unwrap();
        let proof = Challenge::parse(value).unwrap().answer(&Claim {
            user: "8001",
            hashes: &hashes,
            method: "REGISTER",
            uri: "sip:trunkline",
            client_nonce: "c0ffee",
            count: 1,
        });
        self.requests += 1;
        let number = self.requests;
        let via = header(
            &Message::parse(request.text().into(), Framing::Stream).unwrap(),
            "Via",
        );
        let signed = request
            .clone()
            .with("CSeq", &format!("{number} REGISTER"))
            .with(
                "Via",
                &via.replace("z9hG4bK", &format!("z9hG4bKs{number}x")),
            )
            .with("Authorization", &proof);
        self.hear(flow, &signed.text());
        let mut sent = std::mem::take(&mut self.sent).into_iter();
        let (_, answer) = sent.find(|(_, data)| is_answer(data, number)).unwrap();
        self.sent = sent.collect();
        Message::parse(answer, Framing::Stream).unwrap()
    }

    /// Registers a phone on a flow and calls it; the phone answers.
    pub(crate) fn called(&mut self, flow: Flow, contact: &str) -> SessionId {
        let request = self.request(flow, contact);
        assert_eq!(code(&self.register(flow, &request)), Some(200));
        let session = self.call();
        let invite = self.last();
        self.sent.clear();
        let text = |name| header(&invite, name);
        let ok = format!(
            "SIP/2.0 200 OK\r\nVia: {}\r\nFrom: {}\r\nTo: {};tag=phone\r\nCall-ID: {}\r\nCSeq: {}\r\nContact: {contact}\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{}",
            text("Via"),
            text("From"),
            text("To"),
            text("Call-ID"),
            text("CSeq"),
            ANSWER.len(),
            str::from_utf8(ANSWER).unwrap(),
        );
        self.hear(flow, &ok);
        session
    }

    pub(crate) fn call(&mut self) -> SessionId {
        let now = self.now;
        let target = Target::Contact(self.endpoint.contacts(now, "8001").remove(0));
        let invite = Invite {
            target,
            ..invite_to(address(2))
        };
        self.act(|endpoint, now| endpoint.invite(now, invite).unwrap())
    }

    fn drain(&mut self) {
        while let Some(output) = self.endpoint.poll_output() {
            match output {
                Output::Transmit(transmit) => self.sent.push((transmit.flow, transmit.data)),
                Output::Connect {
                    connection,
                    transport,
                    remote,
                    name,
                } => self.connects.push((connection, transport, remote, name)),
                Output::Event(event) => self.events.push(event),
                Output::Close(_) | Output::Resolve { .. } => (),
            }
        }
    }
}

fn is_answer(data: &Bytes, number: u32) -> bool {
    let message = Message::parse(data.clone(), Framing::Stream).unwrap();
    code(&message).is_some() && message.sequence().number == number
}

pub(crate) fn udp(number: u8) -> Flow {
    Flow {
        transport: Transport::Udp,
        local: address(1),
        remote: SocketAddr::from(([203, 0, 113, number], 40_000)),
        connection: None,
    }
}

fn hashes() -> PasswordHashes {
    PasswordHashes::new("8001", "trunkline", "secret")
}

fn fresh(config: Config, seed: u8) -> Endpoint {
    let mut endpoint = Endpoint::new(config, [seed; 32]);
    let hashes = hashes();
    endpoint.set_accounts(vec![Account {
        user: "8001".to_owned(),
        ha1_md5: hashes.md5,
        ha1_sha256: hashes.sha256,
    }]);
    endpoint.set_trunks(START, neighbours(address(1)));
    endpoint
}
