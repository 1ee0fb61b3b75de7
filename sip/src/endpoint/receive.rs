//! What arrives: read, counted, matched to its transaction, handed on (RFC 3261 §18.2.1, §17).

use std::time::Duration;

use bytes::Bytes;

use super::Endpoint;
use super::reply::reply_flow;
use super::transmit::{Received, framing_of};
use crate::dialog;
use crate::event::Output;
use crate::framing::{Frame, PING, PONG};
use crate::message::{Message, Method, ParseError, ResponseBuilder};
use crate::stun::{self, Reading};
use crate::trace::{Direction, Standing};
use crate::transaction::invite_server;
use crate::transaction::table::{Key, Machine, Slot};
use crate::transport::{ConnectionId, Flow};

/// What every branch of RFC 3261 begins with.
const COOKIE: &str = "z9hG4bK";

impl Endpoint {
    pub(super) fn receive_datagram(&mut self, now: Duration, flow: Flow, data: Bytes) {
        self.registrar.note_heard(now, flow.remote);
        match stun::read(&data, flow.remote) {
            Reading::Other => (),
            Reading::Silent => {
                self.counters.keep_alives += 1;
                return;
            }
            Reading::Answer(answer) => {
                self.answer_stun(now, flow, answer);
                return;
            }
        }
        if data.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
            self.counters.keep_alives += 1;
            return;
        }
        self.receive_message(now, flow, data);
    }

    pub(super) fn receive_stream(&mut self, now: Duration, connection: ConnectionId, data: &[u8]) {
        let Some((flow, mut framer)) = self.take_framer(connection) else {
            return;
        };
        if flow.transport.is_websocket() {
            self.receive_websocket(now, flow, data);
            return;
        }
        framer.push(data);
        loop {
            match framer.next_frame() {
                Ok(Some(Frame::Message(message))) => self.receive_message(now, flow, message),
                Ok(Some(Frame::Ping)) => {
                    self.counters.keep_alives += 1;
                    self.send_plain(flow, Bytes::from_static(PONG));
                }
                Ok(None) => break,
                Err(_) => {
                    self.counters.parse_errors += 1;
                    self.note_closed(now, connection);
                    self.outputs.push_back(Output::Close(connection));
                    return;
                }
            }
        }
        self.return_framer(connection, framer);
    }

    fn answer_stun(&mut self, now: Duration, flow: Flow, answer: Bytes) {
        self.counters.keep_alives += 1;
        if self.is_known_source(flow) || self.access.admits(now, flow.remote.ip()) {
            self.counters.stun_answers += 1;
            self.send_plain(flow, answer);
        } else {
            self.counters.dropped_throttled += 1;
        }
    }

    /// A WebSocket message is a whole SIP message or a keep-alive (RFC 7118 §5, RFC 5626 §3.5.1).
    fn receive_websocket(&mut self, now: Duration, flow: Flow, data: &[u8]) {
        if data == PING {
            self.counters.keep_alives += 1;
            self.send_plain(flow, Bytes::from_static(PONG));
            return;
        }
        self.receive_datagram(now, flow, Bytes::copy_from_slice(data));
    }

    fn receive_message(&mut self, now: Duration, flow: Flow, data: Bytes) {
        let parsed = Message::parse(data, framing_of(flow.transport));
        let (standing, bytes) = match &parsed {
            Ok(message) => (self.standing(flow, message), &message.bytes()[..]),
            Err(error) if self.is_known_source(flow) => (Standing::Known, error.bytes()),
            Err(error) => (Standing::Stranger, error.bytes()),
        };
        self.trace.record(standing, Direction::In, flow, bytes);
        match parsed {
            Ok(message) if message.is_request() => {
                self.counters.requests += 1;
                let received = Received {
                    message: &message,
                    flow,
                };
                if standing == Standing::Stranger && !self.is_heard(now, received) {
                    self.counters.dropped_throttled += 1;
                    return;
                }
                self.receive_request(now, received);
            }
            Ok(message) => {
                self.counters.responses += 1;
                self.receive_response(
                    now,
                    Received {
                        message: &message,
                        flow,
                    },
                );
            }
            Err(error) => self.refuse_malformed(flow, &error),
        }
    }

    /// Answers what could not be read, if it came from somebody we know.
    fn refuse_malformed(&mut self, flow: Flow, error: &ParseError) {
        self.counters.parse_errors += 1;
        if !self.is_known_source(flow) {
            return;
        }
        let phrase = error.fault().to_string();
        if let Some(response) = ResponseBuilder::to_malformed(error) {
            let response = response
                .source(flow.remote)
                .reason(&phrase)
                .to_tag("0")
                .build();
            self.send(flow, response);
        }
    }

    fn receive_request(&mut self, now: Duration, received: Received<'_>) {
        self.note_alias(received);
        let key = server_key(received.message, received.message.method());
        if received.message.method() == Method::Ack {
            self.receive_ack(now, received);
            return;
        }
        if let Some(slot) = self.transactions.find(&key) {
            self.receive_copy(slot);
            return;
        }
        if received.message.method() == Method::Cancel {
            self.receive_cancel(now, received, key);
        } else if received.message.to_tag().is_some() {
            self.receive_in_dialog(now, received, key);
        } else {
            self.receive_out_of_dialog(now, received, key);
        }
    }

    fn receive_copy(&mut self, slot: Slot) {
        self.counters.copies_received += 1;
        let answers = match self.transactions.get(slot).map(|found| &found.machine) {
            Some(Machine::InviteServer(machine)) => {
                machine.handle_copy() == Some(invite_server::Action::SendResponse)
            }
            Some(Machine::NonInviteServer(machine)) => machine.answers_copies(),
            Some(Machine::InviteClient(_) | Machine::NonInviteClient(_)) | None => false,
        };
        if answers {
            self.send_again(slot);
        }
    }

    /// An ACK of a refusal belongs to the INVITE's transaction, that of a 2xx to the session.
    fn receive_ack(&mut self, now: Duration, received: Received<'_>) {
        if self.acknowledge_answer(now, received) {
            return;
        }
        let key = server_key(received.message, Method::Invite);
        let Some(slot) = self.transactions.find(&key) else {
            self.counters.dropped_acks += 1;
            return;
        };
        if let Some(transaction) = self.transactions.get_mut(slot)
            && let Machine::InviteServer(machine) = &mut transaction.machine
        {
            machine.handle_ack(now);
        }
        self.settle(slot);
    }

    fn receive_response(&mut self, now: Duration, received: Received<'_>) {
        let message = received.message;
        let branch = message.top_via().branch().unwrap_or_default();
        let key = Key::client(branch.as_bytes(), message.method());
        match self.transactions.find(&key) {
            Some(slot) => self.handle_response(now, received, slot),
            None => self.counters.dropped_responses += 1,
        }
    }

    /// Whether the source is a trusted network or a registered phone.
    pub(super) fn is_known_source(&self, flow: Flow) -> bool {
        self.is_trunk_source(flow) || self.registrar.knows_source(flow.remote)
    }

    /// Whether whoever sent a message is known, or speaks inside a session.
    pub(super) fn standing(&self, flow: Flow, message: &Message) -> Standing {
        let ours = if message.is_request() {
            message.to_tag()
        } else {
            message.from_tag()
        };
        let is_inside = ours
            .and_then(dialog::session_of)
            .is_some_and(|session| self.sessions.contains_key(&session));
        if is_inside || self.is_known_source(flow) {
            Standing::Known
        } else {
            Standing::Stranger
        }
    }

    /// Where responses to this request go.
    pub(super) fn reply_path(received: Received<'_>) -> Flow {
        reply_flow(received.flow, received.message)
    }
}

/// The key of a request's transaction, or with `method` INVITE of the one that an ACK or CANCEL is
/// about (§17.2.3).
pub(super) fn server_key(request: &Message, method: Method) -> Key {
    let via = request.top_via();
    if let Some(branch) = via.branch()
        && branch.len() > COOKIE.len()
        && branch
            .get(..COOKIE.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(COOKIE))
    {
        let port = via.port().unwrap_or(5060).to_be_bytes();
        return Key::server([branch.as_bytes(), via.host().as_bytes(), &port], method);
    }
    let sequence = request.sequence().number.to_be_bytes();
    let uri = request
        .request_uri()
        .map(|uri| uri.as_str())
        .unwrap_or_default();
    Key::server_2543(
        [
            uri.as_bytes(),
            request.from_tag().unwrap_or_default().as_bytes(),
            request.call_id().as_bytes(),
            &sequence,
            via.host().as_bytes(),
        ],
        method,
    )
}
