//! sipp as a caller or a called party. Its media is a [`Voice`](crate::voice::Voice) beside it.
//!
//! A scenario goes on where the test wants by a MESSAGE with the call's own Call-ID, which the test
//! sends to sipp: a nudge.

use crate::process::Process;
use crate::server::{PASSWORD, Server, free_address};
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

/// The longest story of one call.
const TIMEOUT_SECONDS: u64 = 90;
/// From the last message to the end of the program.
const END: Duration = Duration::from_secs(15);

/// A sipp with one call.
#[derive(Debug)]
pub struct Sipp {
    process: Process,
    address: SocketAddr,
    call_id: String,
    messages: PathBuf,
    log: PathBuf,
}

/// How sipp calls or is called.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// The file of the scenario, without its extension.
    pub scenario: &'static str,
    /// `u1` for UDP, `t1` for TCP over one connection.
    pub transport: &'static str,
    /// The RTP payload type of the codec that is offered.
    pub payload_type: u8,
    /// How many calls there are, ten new ones a second.
    pub calls: u32,
}

impl Manner {
    /// One call over UDP in mu-law.
    pub fn of(scenario: &'static str) -> Self {
        Self {
            scenario,
            transport: "u1",
            payload_type: 0,
            calls: 1,
        }
    }
}

impl Sipp {
    /// Calls `number` with the media at `media_port`.
    pub fn call(server: &Server, number: &str, media_port: u16) -> Self {
        Self::call_in(Manner::of("caller"), server, number, media_port)
    }

    /// The same in another manner.
    pub fn call_in(manner: Manner, server: &Server, number: &str, media_port: u16) -> Self {
        let mut command = Command::new("sipp");
        command.arg(server.sip.to_string()).args(["-s", number]);
        Self::run(server, command, manner, (free_address(), media_port))
    }

    /// The same over a proxy at `address`, which knows where the server is.
    pub fn call_over(
        address: SocketAddr,
        manner: Manner,
        (server, number): (&Server, &str),
        media_port: u16,
    ) -> Self {
        let mut command = Command::new("sipp");
        command.arg(address.to_string()).args(["-s", number]);
        Self::run(server, command, manner, (free_address(), media_port))
    }

    /// Waits for one call at an address of its own.
    pub fn await_call_at(
        address: SocketAddr,
        manner: Manner,
        server: &Server,
        media_port: u16,
    ) -> Self {
        let addresses = (address, media_port);
        Self::run(server, Command::new("sipp"), manner, addresses)
    }

    /// Waits where the server's outbound trunk leads for one call.
    pub fn await_call(server: &Server, media_port: u16) -> Self {
        Self::await_call_in(Manner::of("callee"), server, media_port)
    }

    /// The same in another manner.
    pub fn await_call_in(manner: Manner, server: &Server, media_port: u16) -> Self {
        Self::await_call_at(server.outbound_peer, manner, server, media_port)
    }

    /// Registers the telephone of agent 1001 that will be at `address`, over the server itself or a
    /// proxy at `way`.
    pub fn register(server: &Server, way: SocketAddr, address: SocketAddr) {
        Self::register_as("1001", server, (way, address));
    }

    /// The same for another account.
    pub fn register_as(user: &str, server: &Server, (way, address): (SocketAddr, SocketAddr)) {
        let mut command = Command::new("sipp");
        command.arg(way.to_string()).args(["-s", user]);
        let registers = Manner::of("registers");
        Self::run(server, command, registers, (address, 9)).succeeds();
    }

    /// An agent takes over at a telephone what another one's [`replaces`](Self::replaces) names.
    pub fn take_over(server: &Server, agent: &str, replaces: &str, media_port: u16) -> Self {
        let mut command = Command::new("sipp");
        command
            .arg(server.sip.to_string())
            .args(["-s", "1001", "-key", "agent", agent])
            .args(["-key", "replaces", replaces])
            .args(["-au", agent, "-ap", PASSWORD]);
        let addresses = (free_address(), media_port);
        Self::run(server, command, Manner::of("agent_takes_over"), addresses)
    }

    fn run(
        server: &Server,
        mut command: Command,
        manner: Manner,
        (address, media_port): (SocketAddr, u16),
    ) -> Self {
        let name = format!("sipp-{}", address.port());
        let messages = server.folder().join(format!("{name}.messages"));
        command
            .arg("-sf")
            .arg(scenarios().join(format!("{}.xml", manner.scenario)))
            .args(["-i", "127.0.0.1", "-p", &address.port().to_string()])
            .args(["-t", manner.transport, "-nostdin", "-r", "10"])
            .args(["-m", &manner.calls.to_string()])
            .args(["-cid_str", &format!("%u-{name}@e2e")])
            .args(["-key", "voice", &media_port.to_string()])
            .args(["-key", "law", &manner.payload_type.to_string()])
            .args(["-timeout", &TIMEOUT_SECONDS.to_string(), "-timeout_error"])
            .args(["-trace_msg", "-message_file"])
            .arg(&messages)
            .arg("-trace_err")
            .arg("-error_file")
            .arg(messages.with_extension("errors"))
            .current_dir(server.folder())
            .env("TERM", "dumb");
        let log = server.folder().join(format!("{name}.log"));
        Self {
            process: Process::start(&mut command, &log),
            address,
            call_id: format!("1-{name}@e2e"),
            messages,
            log,
        }
    }

    /// Lets the scenario go on.
    pub fn nudge(&self) {
        self.nudge_call(&self.call_id, "");
    }

    /// Lets the scenario of a called party go on, whose Call-ID the server chose.
    pub fn nudge_called(&self) {
        self.nudge_called_with("");
    }

    /// The same; the scenario finds `text` in the Subject.
    pub fn nudge_called_with(&self, text: &str) {
        let call_id = self.line_of("", "Call-ID: ").expect("a call came");
        self.nudge_call(&call_id, text);
    }

    /// How a Replaces header names the only dialog of a party that called.
    pub fn replaces(&self) -> String {
        self.dialog("SIP/2.0 200 ", ("To: ", "From: "))
    }

    /// The same of a party that was called.
    pub fn replaces_called(&self) -> String {
        self.dialog("SIP/2.0 200 ", ("From: ", "To: "))
    }

    /// The same of a party that rings.
    pub fn replaces_ringing(&self) -> String {
        self.dialog("SIP/2.0 180 ", ("From: ", "To: "))
    }

    /// The dialog that this response made, whose headers begin so for the server's side and for
    /// ours.
    fn dialog(&self, response: &str, (theirs, ours): (&str, &str)) -> String {
        let answered = |name| self.line_of(response, name).expect("a response");
        let tag = |name| {
            let value = answered(name);
            let (_, tag) = value.split_once(";tag=").expect("a dialog has tags");
            tag.to_owned()
        };
        let call_id = answered("Call-ID: ");
        format!("{call_id};to-tag={};from-tag={}", tag(theirs), tag(ours))
    }

    /// What follows `name` in the message that begins with `start`.
    fn line_of(&self, start: &str, name: &str) -> Option<String> {
        let text = self.messages();
        let mut lines = text.lines().skip_while(|line| !line.starts_with(start));
        let value = lines.find_map(|line| line.strip_prefix(name))?;
        Some(value.trim().to_owned())
    }

    fn nudge_call(&self, call_id: &str, subject: &str) {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let from = socket.local_addr().unwrap();
        let message = format!(
            "MESSAGE sip:sipp@{to} SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bKnudge\r\n\
             From: <sip:test@{from}>;tag=nudge\r\nTo: <sip:sipp@{to}>\r\nCall-ID: {call_id}\r\n\
             CSeq: 900 MESSAGE\r\nMax-Forwards: 70\r\nSubject: {subject}\r\n\
             Content-Length: 0\r\n\r\n",
            to = self.address,
        );
        socket.send_to(message.as_bytes(), self.address).unwrap();
    }

    /// Everything sent and received so far.
    pub fn messages(&self) -> String {
        std::fs::read_to_string(&self.messages).unwrap_or_default()
    }

    /// Whether a message that begins with this was sent or received.
    pub fn saw(&self, start: &str) -> bool {
        self.messages().lines().any(|line| line.starts_with(start))
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.process.ended()
    }

    /// Waits for the end of the scenario, which must have gone as written.
    pub fn succeeds(self) -> String {
        self.succeeds_within(END)
    }

    /// The same for a scenario that takes longer.
    pub fn succeeds_within(mut self, most: Duration) -> String {
        let status = self.process.wait(most);
        let errors = self.messages.with_extension("errors");
        assert!(
            status.success(),
            "sipp ended with {status}\n{}\n{}",
            std::fs::read_to_string(errors).unwrap_or_default(),
            std::fs::read_to_string(&self.log)
                .unwrap_or_default()
                .lines()
                .take(60)
                .collect::<Vec<_>>()
                .join("\n"),
        );
        self.messages()
    }
}

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}
