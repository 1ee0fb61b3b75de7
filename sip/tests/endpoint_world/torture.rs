//! The messages of RFC 4475, and damaged ones, thrown at a live endpoint.

use bytes::Bytes;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sip::auth::{Challenge, Claim, PasswordHashes};
use sip::message::{Fault, Framing, Message};
use sip::{Account, Endpoint, Flow, Output, Transport};

use crate::handmade::Handmade;
use crate::network::{START, address, config, neighbours};

const OURS: ([u8; 4], u16) = ([198, 51, 100, 200], 5060);

/// The session description that most cases carry.
macro_rules! sdp {
    ($origin:literal, $connection:literal) => {
        concat!(
            "v=0\no=mhandley 29739 7272939 IN IP4 ",
            $origin,
            "\ns=-\nc=IN IP4 ",
            $connection,
            "\nt=0 0\nm=audio 49217 RTP/AVP 0 12\nm=video 3227 RTP/AVP 31\na=rtpmap:31 LPC\n"
        )
    };
}

#[path = "../torture/application.rs"]
mod application;
#[path = "../torture/invalid.rs"]
mod invalid;
#[path = "../torture/valid.rs"]
mod valid;

/// One message of the RFC and the status that a live endpoint owes.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    text: &'static str,
    owed: Option<u16>,
}

impl Case {
    const fn accepted(name: &'static str, text: &'static str, _: fn(&Message) -> bool) -> Self {
        let owed = None;
        Self { name, text, owed }
    }

    const fn owed(
        name: &'static str,
        text: &'static str,
        status: u16,
        _: fn(&Message) -> bool,
    ) -> Self {
        let owed = Some(status);
        Self { name, text, owed }
    }

    const fn refused(name: &'static str, text: &'static str, fault: Fault) -> Self {
        let owed = Some(fault.status().code());
        Self { name, text, owed }
    }

    const fn dropped(name: &'static str, text: &'static str, _: Fault) -> Self {
        let owed = None;
        Self { name, text, owed }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self.name {
            "longreq" => valid::long_request(),
            "mpart01" => valid::multipart(),
            _ => crlf(self.text),
        }
    }
}

fn crlf(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

pub(crate) fn cases() -> impl Iterator<Item = &'static Case> {
    valid::CASES
        .iter()
        .chain(application::CASES)
        .chain(invalid::CASES)
}

fn flow() -> Flow {
    Flow {
        transport: Transport::Udp,
        local: OURS.into(),
        remote: address(50),
        connection: None,
    }
}

/// An endpoint at an address that the messages of the RFC do not name.
fn endpoint() -> Endpoint {
    let mut endpoint = Endpoint::new(config(OURS.into()), [1; 32]);
    endpoint.set_trunks(START, neighbours(address(50)));
    endpoint
}

/// What the endpoint answers a datagram with.
fn answers(endpoint: &mut Endpoint, bytes: Vec<u8>) -> Vec<Bytes> {
    endpoint.handle_datagram(START, flow(), Bytes::from(bytes));
    let mut answers = Vec::new();
    while let Some(output) = endpoint.poll_output() {
        if let Output::Transmit(transmit) = output {
            answers.push(transmit.data);
        }
    }
    answers
}

/// A damaged Via is repeated as it came, so that not every answer can be read as a whole.
fn statuses(answers: &[Bytes]) -> Vec<u16> {
    answers
        .iter()
        .map(|answer| {
            let status = answer.get(8..11).unwrap_or_default();
            String::from_utf8_lossy(status).parse().unwrap()
        })
        .collect()
}

/// What the messages get that RFC 4475 §3 calls valid, or damaged in a way that may be overlooked;
/// nothing for responses to nothing and for a request that cannot be answered.
const ANSWERED: &[(&str, u16)] = &[
    ("wsinv", 481),
    ("intmeth", 501),
    ("esc01", 100),
    ("escnull", 401),
    ("esc02", 501),
    ("lwsdisp", 200),
    ("longreq", 100),
    ("dblreq", 401),
    ("semiuri", 200),
    ("transports", 200),
    ("mpart01", 415),
    ("badbranch", 200),
    ("cparam01", 401),
    ("cparam02", 401),
    ("regescrt", 401),
    ("inv2543", 100),
    ("baddate", 100),
];

/// What registrations get once their sender has proved who he is.
const REGISTERED: &[(&str, u16)] = &[
    ("dblreq", 200),
    ("unksm2", 404),
    ("regaut01", 200),
    ("cparam01", 200),
    ("cparam02", 200),
    ("regescrt", 200),
    ("scalar02", 400),
    ("regbadct", 400),
];

#[test]
fn every_message_of_the_rfc_gets_its_status_and_the_endpoint_lives_on() {
    let mut seen = 0;
    for case in cases() {
        let mut endpoint = endpoint();
        let listed = ANSWERED.iter().find(|(name, _)| *name == case.name);
        let mut owed = case.owed.or(listed.map(|(_, status)| *status));
        // Whoever registers is asked who he is before anything that can be read is looked at.
        if matches!(case.name, "unksm2" | "regbadct") {
            owed = Some(401);
        }
        let given = statuses(&answers(&mut endpoint, case.bytes()));
        assert_eq!(given, Vec::from_iter(owed), "{}", case.name);
        let alive = Handmade::new("OPTIONS", address(50)).text().into_bytes();
        let given = statuses(&answers(&mut endpoint, alive));
        assert_eq!(given, [200], "after {}", case.name);
        while let Some(next) = endpoint.poll_timeout() {
            endpoint.handle_timeout(next);
            while endpoint.poll_output().is_some() {}
        }
        assert_eq!(endpoint.occupancy().transactions, 0, "{}", case.name);
        assert_eq!(endpoint.occupancy().sessions, 0, "{}", case.name);
        seen += 1;
    }
    assert_eq!(seen, 49);
}

#[test]
fn registrations_of_the_rfc_get_their_status_from_who_knows_the_password() {
    for (name, status) in REGISTERED {
        let case = cases().find(|case| case.name == *name).unwrap();
        let mut endpoint = endpoint();
        let text = String::from_utf8(case.bytes()).unwrap();
        let user = match *name {
            "cparam01" | "cparam02" => "watson",
            "dblreq" | "regaut01" => "j.user",
            _ => "user",
        };
        let hashes = PasswordHashes::new(user, "trunkline", "secret");
        endpoint.set_accounts(vec![Account {
            user: user.to_owned(),
            ha1_md5: hashes.md5,
            ha1_sha256: hashes.sha256,
        }]);
        let asks = Handmade::new("REGISTER", address(50)).uri("sip:trunkline");
        let challenge = answers(&mut endpoint, asks.text().into_bytes()).remove(0);
        let challenge = Message::parse(challenge, Framing::Datagram).unwrap();
        let challenge = challenge.headers_named("WWW-Authenticate").next().unwrap();
        let proof = Challenge::parse(challenge).unwrap().answer(&Claim {
            user,
            hashes: &hashes,
            method: "REGISTER",
            uri: "sip:example.com",
            client_nonce: "c0ffee",
            count: 1,
        });
        let (line, rest) = text.split_once("\r\n").unwrap();
        let signed = format!("{line}\r\nAuthorization: {proof}\r\n{rest}");

        let given = answers(&mut endpoint, signed.into_bytes());

        assert_eq!(statuses(&given), [*status], "{name}");
    }
}

#[test]
fn damaged_messages_never_kill_the_endpoint_nor_stay_in_it() {
    let mut random = ChaCha12Rng::seed_from_u64(4475);
    let mut endpoint = endpoint();
    for round in 0..40u32 {
        for case in cases() {
            let mut bytes = case.bytes();
            for _ in 0..=round % 4 {
                let at = usize::try_from(random.next_u32()).unwrap() % bytes.len();
                bytes[at] = random.next_u32().to_le_bytes()[0];
            }
            answers(&mut endpoint, bytes);
        }
    }
    while let Some(next) = endpoint.poll_timeout() {
        endpoint.handle_timeout(next);
        while endpoint.poll_output().is_some() {}
    }
    let left = endpoint.occupancy();
    assert_eq!((left.transactions, left.sessions), (0, 0), "seed 4475");
}
