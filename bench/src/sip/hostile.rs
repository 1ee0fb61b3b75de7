//! The datagrams of 64 KiB that should be the dearest: many of whatever a parser walks over, as
//! requests and responses of strangers and of trusted peers.

use crate::table::Table;
use crate::time::time;
use bytes::Bytes;
use sip::{Config, Endpoint, Flow, Transport, TrunkConfig, TrustedSource};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// The longest datagram.
const BYTES: usize = 65_507;
/// The best of some turns is the least disturbed one.
const TURNS: u32 = 20;
/// What one header line may be.
const LINE: usize = 8_000;

/// Measures and prints, the dearest first.
pub(super) fn run() -> io::Result<()> {
    let mut costs = Vec::new();
    for (name, data) in cases() {
        let data = Bytes::from(data);
        let mut best = Duration::MAX;
        for turn in 0..TURNS {
            let mut endpoint = endpoint();
            let now = Duration::from_hours(500_000) + Duration::from_secs(turn.into());
            let ((), cost) = time(|| {
                endpoint.handle_datagram(now, flow(), data.clone());
                while let Some(output) = endpoint.poll_output() {
                    drop(output);
                }
            })?;
            best = best.min(cost);
        }
        costs.push((best, name));
    }
    costs.sort();
    let mut table = Table::new(&["datagram of 64 KiB", "µs"]);
    for (cost, name) in costs.into_iter().rev() {
        table.row(vec![name, format!("{:.0}", cost.as_secs_f64() * 1e6)]);
    }
    table.print()
}

fn endpoint() -> Endpoint {
    let mut endpoint = Endpoint::new(Config::new("trunkline", "Trunkline"), [7; 32]);
    let trunk = TrunkConfig {
        sources: vec![TrustedSource {
            address: flow().remote.ip(),
            prefix: 32,
        }],
        ..TrunkConfig::default()
    };
    endpoint.set_trunks(Duration::from_hours(500_000), vec![trunk]);
    endpoint
}

fn flow() -> Flow {
    Flow {
        transport: Transport::Udp,
        local: SocketAddr::from(([192, 0, 2, 1], 5060)),
        remote: SocketAddr::from(([192, 0, 2, 50], 5060)),
        connection: None,
    }
}

/// What is repeated up to the length of a line, a header for each name in front.
const REPEATED: [(&str, &str); 22] = [
    ("Via: SIP/2.0/UDP h", ";a"),
    ("Via: SIP/2.0/UDP h;branch=z9hG4bKx", ",SIP/2.0/UDP h"),
    ("Contact: <sip:a@h>", ";a=b"),
    ("Contact: <sip:a@h>", ",<sip:a@h>"),
    ("Contact: <sip:a@h", ";a"),
    ("Route: <sip:h;lr>", ",<sip:h;lr>"),
    ("Record-Route: <sip:h;lr>", ",<sip:h;lr>"),
    ("Require: a", ",a"),
    ("Supported: a", ",100rel"),
    ("Allow: INVITE", ",UPDATE"),
    ("Accept: a/b", ",a/b"),
    ("Diversion: <sip:a@h>", ",<sip:a@h>"),
    ("History-Info: <sip:a@h>", ",<sip:a@h>;index=1"),
    ("P-Asserted-Identity: <sip:a@h>", ",<tel:+1>"),
    ("Reason: Q.850;cause=16", ",SIP;cause=200"),
    (
        "Authorization: Digest username=\"a\",realm=\"trunkline\",nonce=\"n\",uri=\"u\",response=\"r\"",
        ",a=b",
    ),
    (
        "Proxy-Authorization: Digest realm=\"trunkline\"",
        ",a=\"\\\"\"",
    ),
    ("Replaces: a;to-tag=b;from-tag=c", ";a=b"),
    ("Refer-To: <sip:a@h?a=b", "&a=b"),
    ("Privacy: id", ";id"),
    ("Subject: a", "\\\""),
    ("Warning: 399 h \"", "\\\""),
];

fn cases() -> Vec<(String, Vec<u8>)> {
    let mut cases = Vec::new();
    for method in ["INVITE", "REGISTER", "OPTIONS"] {
        for (start, piece) in REPEATED {
            let mut line = start.to_owned();
            while line.len() + piece.len() < LINE {
                line.push_str(piece);
            }
            let mut text = head(method);
            while text.len() + line.len() + 4 < BYTES {
                text.push_str(&line);
                text.push_str("\r\n");
            }
            text.push_str("\r\n");
            let name = start.split(' ').next().unwrap_or_default();
            cases.push((format!("{method} {name} {piece} …"), text.into_bytes()));
        }
        let body = |piece: &str| {
            let start = format!(
                "{}Content-Type: application/sdp\r\n\r\nv=0\r\n",
                head(method)
            );
            let rest = piece.repeat((BYTES - start.len()) / piece.len());
            (start + &rest).into_bytes()
        };
        cases.push((format!("{method} a body of lines"), body("a=x\r\n")));
        cases.push((format!("{method} a body of line ends"), body("\r\n")));
        let folded = format!("{}Subject: x", head(method));
        let folds = "\r\n ".repeat((BYTES - folded.len()) / 3);
        cases.push((format!("{method} folds"), (folded + &folds).into_bytes()));
        let lines = "a:\r\n".repeat((BYTES - head(method).len()) / 4);
        cases.push((
            format!("{method} empty headers"),
            (head(method) + &lines).into_bytes(),
        ));
    }
    cases.push(("line ends".to_owned(), b"\r\n".repeat(BYTES / 2)));
    cases.push(("a line without end".to_owned(), vec![b'A'; BYTES]));
    cases
}

fn head(method: &str) -> String {
    format!(
        "{method} sip:4008110513@192.0.2.1 SIP/2.0\r\n\
         Via: SIP/2.0/UDP 192.0.2.50;branch=z9hG4bKhostile\r\nFrom: <sip:a@h>;tag=f\r\n\
         To: <sip:b@h>\r\nCall-ID: hostile\r\nCSeq: 1 {method}\r\nMax-Forwards: 70\r\n"
    )
}
