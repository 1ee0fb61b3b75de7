//! Those who ring: INVITE, ACK, a key where the scenario has one, BYE from either side.

use super::MS;
use super::form::{self, Protection};
use super::streams::{Side, StreamId, Streams};
use crate::histogram::Histogram;
use crate::message::{Message, finish};
use crate::scenario::{CALL, End, Form, KEY_AT, Scenario};
use crate::socket::{Socket, realtime};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::net::SocketAddrV4;

/// Timer T1 of RFC 3261; the first retransmission.
const T1: u64 = 500 * MS;
/// An INVITE without a final response is given up.
const GIVE_UP: u64 = 8_000 * MS;
/// A key that the server does not act upon by then was missed.
const KEY_MISSED: u64 = 3_000 * MS;
const RETRANSMISSIONS: u32 = 4;

/// What became of the calls.
pub(crate) struct Tally {
    pub(crate) answered: u64,
    /// Refused, given up, or ended by the server before its time.
    pub(crate) failed: u64,
    /// How long those waited that were refused with 503 and a time to come back.
    pub(crate) refused: Histogram,
    /// Keys without an effect.
    pub(crate) keys_missed: u64,
    pub(crate) retransmissions: u64,
    /// Calls answered while it was measured.
    pub(crate) answered_in_window: u64,
    /// From the INVITE to its 200.
    pub(crate) setup: Histogram,
    /// Sum of the calls up at each look, and how often was looked.
    pub(crate) concurrent: (u64, u64),
}

impl Tally {
    pub(super) fn new() -> Self {
        Self {
            answered: 0,
            failed: 0,
            refused: Histogram::new(),
            keys_missed: 0,
            retransmissions: 0,
            answered_in_window: 0,
            setup: Histogram::new(),
            concurrent: (0, 0),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    Resend,
    GiveUp,
    PressKey,
    KeyMissed,
    HangUp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Calling,
    Up,
    Leaving,
    Over,
}

/// What requests within a dialog carry.
#[derive(Default)]
struct Dialog {
    target: String,
    to: String,
    /// Whole header lines.
    routes: String,
}

struct Call {
    state: State,
    begun: u64,
    key_pressed: bool,
    resent: u32,
    /// The request that waits for a response, or the ACK that may have to be sent again.
    request: String,
    dialog: Dialog,
    stream: Option<StreamId>,
}

/// See the module.
pub(super) struct Callers {
    socket: Socket,
    server: SocketAddrV4,
    number: &'static str,
    end: End,
    form: Form,
    /// Makes branches and Call-IDs of this run its own.
    run: u64,
    port: u16,
    /// The whole number of calls is never large, so finished ones stay as empty shells.
    calls: Vec<Call>,
    timers: BinaryHeap<Reverse<(u64, usize, Timer)>>,
    up: u64,
    measuring: bool,
    media_port: u16,
    pub(super) tally: Tally,
}

impl Callers {
    pub(super) fn new(
        socket: Socket,
        scenario: Scenario,
        server: SocketAddrV4,
    ) -> io::Result<Self> {
        Ok(Self {
            port: socket.port()?,
            socket,
            server,
            number: scenario.number,
            end: scenario.end,
            form: scenario.form,
            run: realtime() / MS,
            calls: Vec::new(),
            timers: BinaryHeap::new(),
            up: 0,
            measuring: false,
            media_port: 9,
            tally: Tally::new(),
        })
    }

    pub(super) fn socket(&self) -> &Socket {
        &self.socket
    }

    pub(super) fn measure(&mut self, on: bool) {
        self.measuring = on;
        if on {
            self.tally.setup = Histogram::new();
        }
    }

    /// Calls that are up.
    pub(super) fn up(&self) -> u64 {
        self.up
    }

    /// Whether every call is over.
    pub(super) fn are_done(&self) -> bool {
        self.calls.iter().all(|call| call.state == State::Over)
    }

    /// Rings.
    pub(super) fn place(&mut self, now: u64) {
        let number = self.calls.len();
        let (server, user, run, port) = (self.server, self.number, self.run, self.port);
        let mut request = format!(
            "INVITE sip:{user}@{server} SIP/2.0\r\n\
             Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{run}-{number}-i\r\n\
             Max-Forwards: 70\r\nFrom: <sip:1000@127.0.0.1:{port}>;tag=f{number}\r\n\
             To: <sip:{user}@{server}>\r\nCall-ID: {number}-{run}@load\r\nCSeq: 1 INVITE\r\n\
             Contact: <sip:load@127.0.0.1:{port}>\r\n\
             Allow: INVITE, ACK, BYE, CANCEL, OPTIONS\r\n"
        );
        finish(&mut request, Some(&form::offer(self.form, self.media_port)));
        self.socket.send(request.as_bytes(), server);
        self.calls.push(Call {
            state: State::Calling,
            begun: realtime(),
            key_pressed: false,
            resent: 0,
            request,
            dialog: Dialog::default(),
            stream: None,
        });
        self.set(now + T1, number, Timer::Resend);
        self.set(now + GIVE_UP, number, Timer::GiveUp);
    }

    fn set(&mut self, at: u64, call: usize, timer: Timer) {
        self.timers.push(Reverse((at, call, timer)));
    }

    pub(super) fn handle_timeouts(&mut self, now: u64, streams: &mut Streams) {
        self.media_port = streams.port(Side::Caller);
        if self.measuring {
            self.tally.concurrent.0 += self.up;
            self.tally.concurrent.1 += 1;
        }
        while let Some(Reverse((at, number, timer))) = self.timers.peek().copied() {
            if at > now {
                return;
            }
            self.timers.pop();
            self.handle_timeout(now, number, timer, streams);
        }
    }

    fn handle_timeout(&mut self, now: u64, number: usize, timer: Timer, streams: &mut Streams) {
        let call = &mut self.calls[number];
        match (timer, call.state) {
            (Timer::Resend, State::Calling | State::Leaving) if call.resent < RETRANSMISSIONS => {
                call.resent += 1;
                let again = now + (T1 << call.resent);
                self.tally.retransmissions += 1;
                self.socket.send(call.request.as_bytes(), self.server);
                self.set(again, number, Timer::Resend);
            }
            (Timer::GiveUp, State::Calling) => {
                call.state = State::Over;
                self.tally.failed += 1;
            }
            (Timer::PressKey, State::Up) => {
                call.key_pressed = true;
                if let Some(stream) = call.stream {
                    streams.press_key(stream);
                }
                self.set(now + KEY_MISSED, number, Timer::KeyMissed);
            }
            (Timer::KeyMissed, State::Up) => {
                self.tally.keys_missed += 1;
                self.hang_up(now, number, streams);
            }
            (Timer::HangUp, State::Up) => self.hang_up(now, number, streams),
            (
                Timer::Resend | Timer::GiveUp | Timer::PressKey | Timer::KeyMissed | Timer::HangUp,
                _,
            ) => (),
        }
    }

    /// Ends what still goes on, spread over a second.
    pub(super) fn hang_up_all(&mut self, now: u64) {
        for number in 0..self.calls.len() {
            if self.calls[number].state == State::Up {
                self.set(now + (number as u64 % 1_000) * MS, number, Timer::HangUp);
            }
        }
    }

    fn hang_up(&mut self, now: u64, number: usize, streams: &mut Streams) {
        self.leave(number, State::Leaving, streams);
        let bye = self.request(number, "BYE", 2);
        self.socket.send(bye.as_bytes(), self.server);
        let call = &mut self.calls[number];
        call.request = bye;
        call.resent = 0;
        self.set(now + T1, number, Timer::Resend);
    }

    /// The call is no longer up.
    fn leave(&mut self, number: usize, state: State, streams: &mut Streams) {
        let call = &mut self.calls[number];
        call.state = state;
        if let Some(stream) = call.stream.take() {
            streams.close(stream);
        }
        self.up -= 1;
    }

    /// A request within the dialog.
    fn request(&self, number: usize, method: &str, sequence: u32) -> String {
        let Dialog { target, to, routes } = &self.calls[number].dialog;
        let (run, port) = (self.run, self.port);
        format!(
            "{method} {target} SIP/2.0\r\n\
             Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{run}-{number}-{method}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:1000@127.0.0.1:{port}>;tag=f{number}\r\nTo: {to}\r\n\
             Call-ID: {number}-{run}@load\r\nCSeq: {sequence} {method}\r\n\
             {routes}Contact: <sip:load@127.0.0.1:{port}>\r\nContent-Length: 0\r\n\r\n"
        )
    }

    pub(super) fn receive(&mut self, streams: &mut Streams) {
        let mut arrivals = Vec::new();
        self.socket.receive(|arrival| {
            arrivals.push((arrival.at, arrival.bytes.to_vec()));
        });
        for (at, bytes) in arrivals {
            let Some(message) = Message::read(&bytes) else {
                continue;
            };
            let number = message.call_id().split('-').next();
            let number = number.and_then(|number| number.parse().ok());
            let Some(number) = number.filter(|number| *number < self.calls.len()) else {
                continue;
            };
            match (message.method(), message.status()) {
                (Some(method), _) => self.requested(number, method, message, streams),
                (None, Some(status)) => self.responded(at, (number, status), message, streams),
                (None, None) => (),
            }
        }
    }

    fn requested(
        &mut self,
        number: usize,
        method: &str,
        message: Message<'_>,
        streams: &mut Streams,
    ) {
        if method == "ACK" {
            return;
        }
        let contact = format!("sip:load@127.0.0.1:{}", self.port);
        let answer = message.respond("200 OK", "", &contact, None);
        self.socket.send(answer.as_bytes(), self.server);
        if method == "BYE" && self.calls[number].state == State::Up {
            let expected = self.end == End::ServerAfterKey && self.calls[number].key_pressed;
            self.tally.failed += u64::from(!expected);
            self.leave(number, State::Over, streams);
        }
    }

    fn responded(
        &mut self,
        at: u64,
        (number, status): (usize, u16),
        message: Message<'_>,
        streams: &mut Streams,
    ) {
        let call = &mut self.calls[number];
        let is_invite = message.header("CSeq").ends_with("INVITE");
        match (status, call.state) {
            (100..200, State::Calling) => call.resent = RETRANSMISSIONS,
            (200, State::Calling) if is_invite => self.answered(at, number, message, streams),
            (200, State::Up) if is_invite => {
                self.tally.retransmissions += 1;
                self.socket.send(call.request.as_bytes(), self.server);
            }
            (300.., State::Calling) if is_invite => {
                call.state = State::Over;
                call.dialog = Dialog {
                    target: format!("sip:{}@{}", self.number, self.server),
                    to: message.header("To").to_owned(),
                    routes: String::new(),
                };
                self.tally.failed += 1;
                if status == 503 && !message.header("Retry-After").is_empty() {
                    self.tally.refused.add(at.saturating_sub(call.begun));
                }
                let ack = self.request(number, "ACK", 1).replace("-ACK", "-i");
                self.socket.send(ack.as_bytes(), self.server);
            }
            (200.., State::Leaving) if !is_invite => {
                call.state = State::Over;
                call.request = String::new();
            }
            _ => (),
        }
    }

    fn answered(&mut self, at: u64, number: usize, message: Message<'_>, streams: &mut Streams) {
        let call = &mut self.calls[number];
        self.tally.setup.add(at.saturating_sub(call.begun));
        self.tally.answered += 1;
        self.tally.answered_in_window += u64::from(self.measuring);
        call.state = State::Up;
        self.up += 1;
        let mut recorded: Vec<_> = message.headers("Record-Route").collect();
        recorded.reverse();
        let mut routes = String::new();
        for route in recorded {
            routes.push_str("Route: ");
            routes.push_str(route);
            routes.push_str("\r\n");
        }
        call.dialog = Dialog {
            target: message.contact().to_owned(),
            to: message.header("To").to_owned(),
            routes,
        };
        if self.end != End::CallerAtOnce {
            let protection = Protection::of_answer(message.0);
            call.stream = message
                .media()
                .map(|peer| streams.open(Side::Caller, peer, protection));
        }
        let ack = self.request(number, "ACK", 1);
        self.socket.send(ack.as_bytes(), self.server);
        self.calls[number].request = ack;
        match self.end {
            End::ServerAfterKey => self.set(at + super::nanos(KEY_AT), number, Timer::PressKey),
            End::Caller => self.set(at + super::nanos(CALL), number, Timer::HangUp),
            End::CallerAtOnce => self.hang_up(at, number, streams),
            End::WithTheLoad => (),
        }
    }
}
