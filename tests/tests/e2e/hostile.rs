//! What nobody should send, and what the server makes of it.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use tests::baresip::{Baresip, Manner};
use tests::patience::until;
use tests::peer::Peer;
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
