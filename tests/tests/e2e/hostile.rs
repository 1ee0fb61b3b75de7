//! What nobody should send, and what the server makes of it.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;
use tests::baresip::{Baresip, Manner};
use tests::patience::until;
use tests::server::Server;
use tests::sipp::{self, Sipp};
use tests::voice::Voice;

const G711: &str = "m=audio 30000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n";
const G729: &str = "m=audio 30000 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n";

#[test]
fn bad_input_is_answered_counted_and_leaves_nothing_behind() {
    let server = Server::start("bad-input");
    let admin = server.api("admin");
    let peer = Peer::new(server.sip);

    for junk in [
        &b"\0\xFF\xFE junk"[..],
        b"INVITE",
        b"\r\n\r\n\r\n",
        &[b'A'; 9_000],
    ] {
        peer.send(junk);
    }
    let torn = peer
        .invite("4008110510", G711)
        .replace("Content-Length: ", "Content-Length: 9");
    assert!(peer.ask(&torn).starts_with("SIP/2.0 400 "));
    assert!(
        peer.ask(&peer.invite("4008110599", G711))
            .starts_with("SIP/2.0 404 ")
    );
    assert!(
        peer.ask(&peer.invite("4008110510", G729))
            .starts_with("SIP/2.0 488 ")
    );
    let unknown = peer.request("JUMP", "4008110510", "");
    let refusal = peer.ask(&unknown);
    assert!(refusal.starts_with("SIP/2.0 405 ") || refusal.starts_with("SIP/2.0 501 "));

    assert!(
        peer.ask(&peer.request("OPTIONS", "4008110510", ""))
            .starts_with("SIP/2.0 200 ")
    );
    until("records of both refused calls", SHORTLY, || {
        let reasons = ["unknown_number", "not_acceptable"];
        let records = admin.records();
        reasons
            .iter()
            .all(|reason| records.iter().any(|it| it["ending"]["reason"] == *reason))
    });
    until("a count of what could not be read", SHORTLY, || {
        server.metric(r#"trunkline_sip_events_total{what="parse_errors"}"#) >= 2.0
    });
    server.comes_to_rest();
}

#[test]
fn a_stream_of_junk_is_closed_and_others_are_served() {
    let server = Server::start("junk-stream");
    let mut stream = TcpStream::connect(server.sip).unwrap();
    stream.set_read_timeout(Some(SHORTLY)).unwrap();
    stream.set_write_timeout(Some(SHORTLY)).unwrap();

    let junk = vec![b'A'; 65_536];
    let refused = (0..64).any(|_| stream.write_all(&junk).is_err());
    let mut answer = Vec::new();
    // A reset ends the reading as well as an orderly end does; waiting in vain is neither.
    let end = stream.read_to_end(&mut answer);
    let waited = end.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock);
    assert!(refused || !waited, "the connection is closed");

    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call_in(over_tcp(), &server, "4008110513", voice.port());
    voice.hears_sound(std::time::Instant::now(), 1.0, SHORTLY);
    drop(caller);
}

#[test]
fn a_telephone_with_a_wrong_password_never_registers() {
    let mut server = Server::start("wrong-password");
    let admin = server.api("admin");
    let manner = Manner {
        password: "not-the-password",
        ..Manner::answering("1001", AGENT)
    };
    let phone = Baresip::start(&mut server, manner);

    phone.says("reg: sip:1001", SHORTLY);
    assert!(phone.log().contains("401 Unauthorized"));
    assert_eq!(admin.agent("1001")["registered"], false);
    until("a count of failed proofs", SHORTLY, || {
        server.metric(r#"trunkline_sip_events_total{what="auth_failures"}"#) >= 1.0
    });
}

#[test]
fn a_conversation_over_tcp_is_like_any_other() {
    let mut server = Server::start("over-tcp");
    let admin = server.api("admin");
    let manner = Manner {
        transport: "tcp",
        ..Manner::answering("1001", AGENT)
    };
    let phone = Baresip::registered(&mut server, manner);
    server.api("1001").take_calls();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call_in(over_tcp(), &server, "4008110511", voice.port());

    voice.hears_tone(AGENT, WHILE, SHORTLY);
    phone.command("hangup", "");
    caller.succeeds();

    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "agent", "{record:#}");
    server.comes_to_rest();
}

fn over_tcp() -> sipp::Manner {
    sipp::Manner {
        transport: "t1",
        ..sipp::Manner::of("caller")
    }
}

/// A peer that sends what it likes.
struct Peer {
    socket: UdpSocket,
    server: SocketAddr,
    sent: std::cell::Cell<u32>,
}

impl Peer {
    fn new(server: SocketAddr) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        Self {
            socket,
            server,
            sent: std::cell::Cell::new(0),
        }
    }

    fn send(&self, data: &[u8]) {
        self.socket.send_to(data, self.server).unwrap();
    }

    fn invite(&self, number: &str, media: &str) -> String {
        let sdp = format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n{media}"
        );
        self.request("INVITE", number, &sdp)
    }

    fn request(&self, method: &str, number: &str, body: &str) -> String {
        let n = self.sent.get();
        self.sent.set(n + 1);
        let (us, server) = (self.socket.local_addr().unwrap(), self.server);
        format!(
            "{method} sip:{number}@{server} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {us};branch=z9hG4bKhostile{n}\r\n\
             From: <sip:13900139000@{us}>;tag=h{n}\r\nTo: <sip:{number}@{server}>\r\n\
             Call-ID: hostile-{n}@{us}\r\nCSeq: 1 {method}\r\nContact: <sip:h@{us}>\r\n\
             Max-Forwards: 70\r\nContent-Type: application/sdp\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    /// Sends a request and gives the final answer; one to an INVITE is acknowledged.
    fn ask(&self, request: &str) -> String {
        self.send(request.as_bytes());
        let mut answer = [0; 4_096];
        loop {
            let length = self.socket.recv(&mut answer).unwrap();
            let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
            let branch = line(request, "Via: ").and_then(|via| via.split("branch=").nth(1));
            let ours = branch.is_some_and(|branch| answer.contains(branch));
            if ours && !answer.starts_with("SIP/2.0 1") {
                self.acknowledge(request, &answer);
                return answer;
            }
        }
    }

    fn acknowledge(&self, request: &str, answer: &str) {
        let Some(target) = request.strip_prefix("INVITE ") else {
            return;
        };
        let uri = target.split(' ').next().unwrap();
        let kept = |text, name| line(text, name).unwrap_or_default();
        let ack = format!(
            "ACK {uri} SIP/2.0\r\nVia: {}\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\n\
             CSeq: 1 ACK\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
            kept(request, "Via: "),
            kept(request, "From: "),
            kept(answer, "To: "),
            kept(request, "Call-ID: "),
        );
        self.send(ack.as_bytes());
    }
}

fn line<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name))
}
