//! A server that is told to stop, and one that has too much to do.

use crate::{CALLER, SHORTLY, WHILE};
use serde_json::json;
use std::fmt::Write as _;
use std::net::UdpSocket;
use std::time::{Duration, Instant};
use tests::patience::until;
use tests::process;
use tests::server::Server;
use tests::sipp::Sipp;
use tests::voice::Voice;

/// Several times what a machine can take, whatever machine it is.
const CROWD: usize = 6_000;

fn request(method: &str, id: &str, from: &UdpSocket) -> String {
    let from = from.local_addr().unwrap();
    let body = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
                m=audio 30000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n";
    let body = if method == "INVITE" { body } else { "" };
    let mut text = format!(
        "{method} sip:4008110513@trunkline SIP/2.0\r\n\
         Via: SIP/2.0/UDP {from};branch=z9hG4bK{id};rport\r\nMax-Forwards: 70\r\n\
         From: <sip:13800138000@{from}>;tag={id}\r\nTo: <sip:4008110513@trunkline>\r\n\
         Call-ID: {id}\r\nCSeq: 1 {method}\r\nContact: <sip:13800138000@{from}>\r\n"
    );
    if !body.is_empty() {
        text.push_str("Content-Type: application/sdp\r\n");
    }
    write!(text, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    text
}

fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(SHORTLY)).unwrap();
    socket
}

fn answer(socket: &UdpSocket) -> String {
    let mut buffer = vec![0; 8_192];
    let length = socket.recv(&mut buffer).unwrap();
    String::from_utf8_lossy(&buffer[..length]).into_owned()
}

#[test]
fn a_server_that_is_told_to_stop_refuses_new_calls_and_waits_for_those_in_progress() {
    let more = [("TRUNKLINE__SIP__DRAIN_SECONDS", "60".to_owned())];
    let mut server = Server::start_with("drain", &more);
    let admin = server.api("admin");
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110513", voice.port());
    admin.newest_enters("prompt");

    process::terminate(server.process_id());

    until("a server that is not ready", SHORTLY, || !server.is_ready());
    let peer = socket();
    for method in ["INVITE", "OPTIONS"] {
        let sent = request(method, &format!("late{method}"), &peer);
        peer.send_to(sent.as_bytes(), server.sip).unwrap();
        let refusal = answer(&peer);
        assert!(refusal.starts_with("SIP/2.0 503 "), "{refusal}");
        assert!(refusal.contains("\r\nRetry-After: "), "{refusal}");
    }
    voice.hears_sound(Instant::now(), WHILE.as_secs_f64(), SHORTLY);
    // The caller has heard all of it and hangs up: the server has nothing left to wait for.
    caller.nudge();
    caller.succeeds_within(Duration::from_secs(30));
    assert!(server.stop().success());
}

/// Grants the next REGISTER that it is asked for; gives its Contact.
fn grant(registrar: &UdpSocket) -> String {
    let mut buffer = vec![0; 8_192];
    let (length, server) = registrar.recv_from(&mut buffer).unwrap();
    let asked = String::from_utf8_lossy(&buffer[..length]).into_owned();
    assert!(asked.starts_with("REGISTER "), "{asked}");
    let kept = ["Via:", "From:", "To:", "Call-ID:", "CSeq:", "Contact:"];
    let headers = asked
        .lines()
        .filter(|line| kept.iter().any(|name| line.starts_with(name)))
        .fold(String::new(), |all, line| all + line + "\r\n");
    let granted = format!("SIP/2.0 200 OK\r\n{headers}Content-Length: 0\r\n\r\n");
    registrar.send_to(granted.as_bytes(), server).unwrap();
    let contact = asked.lines().find(|line| line.starts_with("Contact:"));
    contact.unwrap().to_owned()
}

#[test]
fn a_server_that_stops_takes_its_registrations_back() {
    let mut server = Server::start("unregister");
    let admin = server.api("admin");
    let registrar = UdpSocket::bind(server.outbound_peer).unwrap();
    registrar.set_read_timeout(Some(SHORTLY)).unwrap();
    admin.change_trunk("local-out", |settings| {
        settings["outbound"]["registration"] =
            json!({"user": "joe", "domain": "carrier.example", "expires_seconds": 60});
    });
    let contact = grant(&registrar);
    assert!(contact.ends_with(";expires=60"), "{contact}");
    until("a registered trunk", SHORTLY, || {
        admin.trunk("local-out")["status"]["registration"]["state"] == "registered"
    });

    process::terminate(server.process_id());

    let contact = grant(&registrar);
    assert!(contact.ends_with(";expires=0"), "{contact}");
    assert!(server.stop().success());
}

#[test]
fn a_crowd_is_refused_at_once_while_a_call_in_progress_goes_on() {
    let server = Server::start("crowd");
    let admin = server.api("admin");
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110513", voice.port());
    admin.newest_enters("prompt");
    let before = Instant::now();

    let peers: Vec<UdpSocket> = (0..8).map(|_| socket()).collect();
    for number in 0..CROWD {
        let peer = &peers[number % peers.len()];
        let sent = request("INVITE", &format!("crowd{number}"), peer);
        peer.send_to(sent.as_bytes(), server.sip).unwrap();
    }

    voice.hears_sound(before, 1.0, SHORTLY);
    until("calls that were refused unread", SHORTLY, || {
        server.metric(r#"trunkline_sip_events_total{what="shed"}"#) >= 1.0
    });
    let refused = peers.iter().any(|peer| {
        (0..CROWD).any(|_| {
            let heard = answer(peer);
            heard.starts_with("SIP/2.0 503 ") && heard.contains("\r\nRetry-After: ")
        })
    });
    assert!(refused);
    drop(caller);
}
