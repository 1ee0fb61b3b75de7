//! What nobody should send, and what the server makes of it.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use tests::baresip::{Baresip, Manner};
use tests::patience::{eventually, until};
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

    phone.says("401 Unauthorized", SHORTLY);
    let counted =
        |what: &str| server.metric(&format!("trunkline_sip_events_total{{what=\"{what}\"}}"));
    // It tries the same again as soon as it is refused, until it is not heard any more.
    until("a telephone that has to wait", SHORTLY, || {
        counted("dropped_throttled") >= 1.0
    });
    let guesses = counted("auth_failures");
    assert!((1.0..20.0).contains(&guesses), "{guesses} guesses");
    assert_eq!(admin.agent("1001")["registered"], false);
}

/// What a terminal obeys, and an end of line with a line that looks like ours.
const TRICKS: &str = "\u{1b}[2J\u{7}\u{8}\u{7f}\u{9b}31m\u{202e}\r INFO trunkline: all is well";
/// Those that a display name may hold (RFC 3261 §25.1): UTF-8, and anything that is escaped.
const LAWFUL_TRICKS: &str = "\u{9b}31m\u{202e}\\\u{1b}[2J INFO trunkline: all is well";

#[test]
fn what_a_peer_calls_itself_reaches_the_log_without_control_characters() {
    // As much as the log tells of what peers say.
    let more = [("TRUNKLINE__LOG__FILTER", "debug".to_owned())];
    let server = Server::start_with("log-tricks", &more);
    let admin = server.api("admin");
    let peer = Peer::new(server.sip);
    let agent = format!("Max-Forwards: 70\r\nUser-Agent: {TRICKS}");
    let named = |request: String| {
        request
            .replace("Max-Forwards: 70", &agent)
            .replace("From: <", &format!("From: \"{TRICKS}\" <"))
    };

    for method in ["OPTIONS", "REGISTER", "MESSAGE", "JUMP", "BYE"] {
        peer.ask(&named(peer.request(method, "4008110510", "")));
    }
    for number in ["4008110599", "4008110510", TRICKS] {
        peer.ask(&named(peer.invite(number, G729)));
    }
    // Its name in a call that is taken, and that it gives up at once.
    let invite = peer.invite("4008110513", G711);
    let invite = invite
        .replace("From: <", &format!("From: \"{LAWFUL_TRICKS}\" <"))
        .replace(
            "Max-Forwards: 70",
            &format!("Max-Forwards: 70\r\nUser-Agent: {LAWFUL_TRICKS}"),
        );
    let answer = peer.ask(&invite);
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    let call = eventually("the call", SHORTLY, || {
        Some(admin.calls().first()?["id"].as_str()?.to_owned())
    });
    let left = admin.post(&format!("/calls/{call}/hangup"), &json!({}));
    assert_eq!(left.status, 204, "{}", left.json());

    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "system", "{record:#}");
    admin.shows_no_call();
    let log = server.log();
    assert!(log.contains("DEBUG"), "{log}");
    let raw: Vec<&str> = log
        .lines()
        .filter(|line| line.contains(|letter: char| letter.is_control() || letter == '\u{202e}'))
        .collect();
    assert_eq!(raw, Vec::<&str>::new());
    server.comes_to_rest();
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
