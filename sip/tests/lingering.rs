//! What a call leaves behind for as long as copies of its messages may still arrive is small.

#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "the helpers of a test fail like a test and look for one output among many"
)]

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use sip::{
    Advertise, Config, Endpoint, Event, Flow, Output, SessionId, Transport, TrunkConfig,
    TrustedSource,
};

const NOW: Duration = Duration::from_hours(500_000);
const CALLS: u32 = 500;
/// So many that every table has grown many times.
const MANY_CALLS: u32 = 16_000;
/// What one call may have the tables move at once: with whole sessions in it the largest would be
/// 42 MiB.
const MOVED_AT_ONCE: u64 = 2 << 20;
/// Of a transaction that lingers, with its share of the session it belongs to.
const BYTES: i64 = 4_096;

fn ours() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 5060))
}

fn flow() -> Flow {
    Flow {
        transport: Transport::Udp,
        local: ours(),
        remote: SocketAddr::from(([192, 0, 2, 50], 5060)),
        connection: None,
    }
}

fn endpoint() -> Endpoint {
    let mut config = Config::new("trunkline", "Trunkline");
    config.advertise = Advertise {
        udp: ours().into(),
        ..Advertise::default()
    };
    // The ring of messages has a bound of its own and is not left by a call.
    config.trace.entries = 0;
    config.trace.bytes = 0;
    let mut endpoint = Endpoint::new(config, [7; 32]);
    let trunk = TrunkConfig {
        sources: vec![TrustedSource {
            address: ours().ip(),
            prefix: 24,
        }],
        ..TrunkConfig::default()
    };
    endpoint.set_trunks(NOW, vec![trunk]);
    endpoint
}

/// What the endpoint sends, and the call that came in, if one did.
fn drain(endpoint: &mut Endpoint) -> (Vec<Bytes>, Option<SessionId>) {
    let (mut sent, mut session) = (Vec::new(), None);
    while let Some(output) = endpoint.poll_output() {
        match output {
            Output::Transmit(transmit) => sent.push(transmit.data),
            Output::Event(Event::Incoming { session: id, .. }) => session = Some(id),
            _ => (),
        }
    }
    (sent, session)
}

/// A request with the headers that a carrier sends, some 900 bytes with its description.
fn request(method: &str, call: u32, to: &str, body: &str) -> Bytes {
    format!(
        "{method} sip:4008110513@192.0.2.1 SIP/2.0\r\n\
         Via: SIP/2.0/UDP 192.0.2.50:5060;branch=z9hG4bK{call}{method};rport\r\n\
         Max-Forwards: 69\r\nFrom: \"13800138000\" <sip:13800138000@192.0.2.50>;tag=f{call}\r\n\
         To: <sip:4008110513@192.0.2.1>{to}\r\nCall-ID: {call}-7d1f8a@192.0.2.50\r\n\
         CSeq: {} {method}\r\nContact: <sip:13800138000@192.0.2.50:5060>\r\n\
         Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO\r\nSupported: timer, 100rel\r\n\
         P-Asserted-Identity: <tel:+8613800138000>\r\nUser-Agent: trunk/7\r\n\
         Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
        if method == "BYE" { 2 } else { 1 },
        body.len()
    )
    .into()
}

/// One call from INVITE to the 200 of its BYE.
fn call(endpoint: &mut Endpoint, number: u32) {
    let description = "v=0\r\no=- 1 1 IN IP4 192.0.2.50\r\ns=-\r\nc=IN IP4 192.0.2.50\r\nt=0 0\r\n\
                       m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n";
    endpoint.handle_datagram(NOW, flow(), request("INVITE", number, "", description));
    let session = drain(endpoint).1.unwrap();
    let answer = Bytes::copy_from_slice(description.as_bytes());
    endpoint.answer(NOW, session, answer).unwrap();
    let sent = drain(endpoint).0.pop().unwrap();
    let sent = String::from_utf8_lossy(&sent);
    let to = sent.lines().find(|line| line.starts_with("To:")).unwrap();
    let tag = to.split(";tag=").nth(1).unwrap();
    for method in ["ACK", "BYE"] {
        let follows = request(method, number, &format!(";tag={tag}"), "");
        endpoint.handle_datagram(NOW, flow(), follows);
        drain(endpoint);
    }
    endpoint.take_touched();
}

#[test]
fn a_lingering_transaction_takes_at_most_four_kibibytes() {
    let mut endpoint = endpoint();
    call(&mut endpoint, CALLS);
    let before = endpoint.occupancy().transactions;

    let spent = allocation_counter::measure(|| {
        for number in 0..CALLS {
            call(&mut endpoint, number);
        }
    });

    let lingering = endpoint.occupancy().transactions - before;
    let lingering = i64::try_from(lingering).unwrap();
    assert!(lingering >= i64::from(CALLS), "{lingering} linger");
    let each = spent.bytes_current / lingering;
    assert!(each <= BYTES, "{each} bytes of each of {lingering}");
}

#[test]
fn a_table_that_grows_moves_little_at_once() {
    let mut endpoint = endpoint();

    for number in 0..MANY_CALLS {
        let spent = allocation_counter::measure(|| call(&mut endpoint, number));

        assert!(
            spent.bytes_max <= MOVED_AT_ONCE,
            "call {number} asked for {} bytes",
            spent.bytes_max
        );
    }
}
