//! One endpoint among scripted gateways, registrars and name servers.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use sip::message::{Framing, Message, Method};
use sip::{
    Endpoint, Event, Flow, Gateway, Invite, Output, Question, Record, ResolveError, SessionId,
    Target, Transport, TrunkConfig, TrunkId,
};

use crate::network::{OFFER, START, address, code, config, gateway_at, header};

pub(crate) const TRUNK: TrunkId = TrunkId(7);

/// An endpoint and what it has sent.
pub(crate) struct Carrier {
    pub(crate) endpoint: Endpoint,
    pub(crate) now: Duration,
    pub(crate) events: Vec<Event>,
    /// What name servers know; they are silent about anything else if `are_names_silent`.
    pub(crate) names: BTreeMap<Question, Vec<Record>>,
    pub(crate) are_names_silent: bool,
    pub(crate) questions: usize,
    pub(crate) refuses_streams: bool,
    sent: VecDeque<Sent>,
    seed: u8,
}

/// One message on the wire.
pub(crate) struct Sent {
    pub(crate) flow: Flow,
    pub(crate) message: Message,
}

impl Sent {
    pub(crate) fn header(&self, name: &str) -> String {
        header(&self.message, name)
    }

    pub(crate) fn uri(&self) -> String {
        self.message.request_uri().unwrap().as_str().to_owned()
    }

    pub(crate) fn branch(&self) -> String {
        self.message.top_via().branch().unwrap().to_owned()
    }

    pub(crate) fn cseq(&self) -> u32 {
        self.message.sequence().number
    }

    pub(crate) fn method(&self) -> &str {
        self.message.method_text()
    }
}

/// A gateway at 192.0.2.`last`, spoken to over UDP.
pub(crate) fn gateway(last: u8, priority: u16) -> Gateway {
    Gateway {
        priority,
        ..gateway_at(address(last), Transport::Udp)
    }
}

/// A trunk whose gateways are tried one after the other.
pub(crate) fn trunk(gateways: &[u8]) -> TrunkConfig {
    let gateways = gateways.iter().enumerate();
    TrunkConfig {
        id: TRUNK,
        gateways: gateways
            .map(|(at, last)| gateway(*last, u16::try_from(at).unwrap()))
            .collect(),
        local: address(1).into(),
        ..TrunkConfig::default()
    }
}

pub(crate) fn call_to(user: &str) -> Invite {
    let target = Target::Trunk {
        trunk: TRUNK,
        user: user.to_owned(),
    };
    Invite::new(target, "10086", user, Bytes::from_static(OFFER))
}

impl Carrier {
    pub(crate) fn new(trunk: TrunkConfig) -> Self {
        Self::with(vec![trunk])
    }

    pub(crate) fn with(trunks: Vec<TrunkConfig>) -> Self {
        let mut carrier = Self {
            endpoint: Endpoint::new(config(address(1)), [9; 32]),
            now: START,
            events: Vec::new(),
            names: BTreeMap::new(),
            are_names_silent: false,
            questions: 0,
            refuses_streams: false,
            sent: VecDeque::new(),
            seed: 9,
        };
        carrier.configure(trunks);
        carrier
    }

    pub(crate) fn configure(&mut self, trunks: Vec<TrunkConfig>) {
        self.act(|endpoint, now| endpoint.set_trunks(now, trunks));
    }

    /// Lets another process go on from what is saved.
    pub(crate) fn restart(&mut self, trunks: Vec<TrunkConfig>, sessions: &[SessionId]) {
        let saved: Vec<_> = sessions
            .iter()
            .filter_map(|id| self.endpoint.save(*id))
            .collect();
        let learnt = self.endpoint.save_trunks();
        self.seed += 1;
        self.endpoint = Endpoint::new(config(address(1)), [self.seed; 32]);
        let is_late = self.seed.is_multiple_of(2);
        if is_late {
            self.configure(trunks.clone());
        }
        self.act(|endpoint, now| {
            endpoint.restore_trunks(now, &learnt).unwrap();
            for form in saved {
                endpoint.restore(now, &form).unwrap();
            }
        });
        if !is_late {
            self.configure(trunks);
        }
    }

    pub(crate) fn act<T>(&mut self, action: impl FnOnce(&mut Endpoint, Duration) -> T) -> T {
        let result = action(&mut self.endpoint, self.now);
        self.drain();
        result
    }

    pub(crate) fn call(&mut self) -> SessionId {
        self.act(|endpoint, now| endpoint.invite(now, call_to("13800138000")).unwrap())
    }

    fn drain(&mut self) {
        while let Some(output) = self.endpoint.poll_output() {
            let now = self.now;
            match output {
                Output::Transmit(transmit) => {
                    let message = Message::parse(transmit.data, Framing::Stream).unwrap();
                    let flow = transmit.flow;
                    self.sent.push_back(Sent { flow, message });
                }
                Output::Connect {
                    connection,
                    transport,
                    remote,
                    ..
                } => {
                    if self.refuses_streams {
                        self.endpoint.handle_closed(now, connection);
                    } else {
                        let flow = Flow {
                            transport,
                            local: address(1),
                            remote,
                            connection: Some(connection),
                        };
                        self.endpoint.handle_connected(now, flow, &[]);
                    }
                }
                Output::Resolve { query, question } => {
                    self.questions += 1;
                    let answer = self.names.get(&question).cloned();
                    if answer.is_some() || !self.are_names_silent {
                        let answer = answer.ok_or(ResolveError::NotFound);
                        self.endpoint.handle_resolved(now, query, answer);
                    }
                }
                Output::Close(_) => (),
                Output::Event(event) => self.events.push(event),
            }
        }
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, milliseconds: u64) {
        let end = self.now + Duration::from_millis(milliseconds);
        while let Some(at) = self.endpoint.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.act(Endpoint::handle_timeout);
        }
        self.now = end;
    }

    /// Lets time pass until a request with this method is sent; copies of earlier ones are
    /// forgotten.
    pub(crate) fn due(&mut self, method: Method) -> Sent {
        self.sent.clear();
        loop {
            self.now = self.endpoint.poll_timeout().expect("something is due");
            self.act(Endpoint::handle_timeout);
            while let Some(sent) = self.sent.pop_front() {
                if sent.message.is_request() && sent.message.method() == method {
                    return sent;
                }
            }
        }
    }

    /// The next message that was sent.
    pub(crate) fn next(&mut self) -> Sent {
        self.sent.pop_front().expect("something was sent")
    }

    /// The next request with this method; what was sent before it is forgotten.
    pub(crate) fn next_of(&mut self, method: Method) -> Sent {
        loop {
            let sent = self.next();
            if sent.message.is_request() && sent.message.method() == method {
                return sent;
            }
        }
    }

    /// The methods and status codes of all that was sent and not looked at.
    pub(crate) fn rest(&mut self) -> Vec<String> {
        let rest = std::mem::take(&mut self.sent);
        let title = |sent: Sent| match code(&sent.message) {
            Some(code) => code.to_string(),
            None => sent.method().to_owned(),
        };
        rest.into_iter().map(title).collect()
    }

    /// Everything that was sent and not looked at, as it went.
    pub(crate) fn rest_of_text(&mut self) -> String {
        let rest = std::mem::take(&mut self.sent);
        rest.iter()
            .map(|sent| String::from_utf8_lossy(sent.message.bytes()).into_owned())
            .collect()
    }

    /// Answers a request from where it was sent to.
    pub(crate) fn reply(&mut self, to: &Sent, status: &str, headers: &[(&str, &str)]) {
        self.hear(to.flow, &response(to, status, headers));
    }

    /// Lets text arrive over a flow of ours.
    pub(crate) fn hear(&mut self, flow: Flow, text: &str) {
        let data = Bytes::copy_from_slice(text.as_bytes());
        self.act(|endpoint, now| match flow.connection {
            None => endpoint.handle_datagram(now, flow, data),
            Some(connection) => endpoint.handle_stream(now, connection, &data),
        });
    }

    /// Lets a request arrive from somewhere.
    pub(crate) fn hear_from(&mut self, remote: SocketAddr, text: &str) {
        let flow = Flow {
            transport: Transport::Udp,
            local: address(1),
            remote,
            connection: None,
        };
        self.hear(flow, text);
    }

    /// The status codes with which calls were refused so far.
    pub(crate) fn refusals(&self) -> Vec<u16> {
        let refused = |event: &Event| match event {
            Event::Refused { status, .. } => Some(*status),
            _ => None,
        };
        self.events.iter().filter_map(refused).collect()
    }
}

/// The response to a request of ours, with a tag of its own.
pub(crate) fn response(to: &Sent, status: &str, headers: &[(&str, &str)]) -> String {
    let mut lines = String::new();
    for name in ["Via", "From", "Call-ID", "CSeq"] {
        lines.extend([name, ": ", &to.header(name), "\r\n"]);
    }
    let tag = if to.message.to_tag().is_some() {
        ""
    } else {
        ";tag=gateway"
    };
    lines.extend(["To: ", &to.header("To"), tag, "\r\n"]);
    for (name, value) in headers {
        lines.extend([name, ": ", value, "\r\n"]);
    }
    format!("SIP/2.0 {status}\r\n{lines}Content-Length: 0\r\n\r\n")
}
