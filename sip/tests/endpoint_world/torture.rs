//! The messages of RFC 4475, and damaged ones, thrown at a live endpoint.

use bytes::Bytes;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sip::message::{Fault, Message};
use sip::{Flow, Output, Transport};

use crate::network::{Handmade, World, address};

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
        local: address(1),
        remote: address(50),
        connection: None,
    }
}

/// The status codes that the endpoint answers a datagram with.
fn answers(world: &mut World, bytes: Vec<u8>) -> Vec<u16> {
    let now = world.now;
    let endpoint = &mut world.parties[0].endpoint;
    endpoint.handle_datagram(now, flow(), Bytes::from(bytes));
    let mut statuses = Vec::new();
    while let Some(output) = endpoint.poll_output() {
        if let Output::Transmit(transmit) = output {
            // A damaged Via is repeated as it came, so the whole need not be readable.
            let status = transmit.data.get(8..11).unwrap_or_default();
            statuses.push(String::from_utf8_lossy(status).parse().unwrap());
        }
    }
    statuses
}

#[test]
fn every_message_of_the_rfc_gets_its_status_and_the_endpoint_lives_on() {
    for case in cases() {
        let mut world = World::new(1);
        world.add("a", 1);
        let statuses = answers(&mut world, case.bytes());
        // Whoever registers is asked who he is before anything else is looked at.
        let is_readable_register = case.text.starts_with("REGISTER") && statuses == [401];
        println!(
            "RESULT {} {:?} {:?} {}",
            case.name,
            case.owed,
            statuses,
            case.text.lines().next().unwrap_or_default()
        );
        if let Some(owed) = case.owed.filter(|_| !is_readable_register) {
            assert_eq!(statuses, [owed], "{}", case.name);
        }
        let alive = Handmade::new("OPTIONS", address(50));
        assert_eq!(
            world.statuses(address(50), &alive),
            [200],
            "after {}",
            case.name
        );
        world.run_until_idle();
        world.assert_at_rest(case.name);
    }
}

#[test]
fn damaged_messages_never_kill_the_endpoint_nor_stay_in_it() {
    let mut random = ChaCha12Rng::seed_from_u64(4475);
    let mut world = World::new(1);
    world.add("a", 1);
    for round in 0..40u32 {
        for case in cases() {
            let mut bytes = case.bytes();
            for _ in 0..=round % 4 {
                let at = usize::try_from(random.next_u32()).unwrap() % bytes.len();
                bytes[at] = random.next_u32().to_le_bytes()[0];
            }
            answers(&mut world, bytes);
        }
    }
    world.run_until_idle();
    world.assert_at_rest("damaged messages, seed 4475");
}
