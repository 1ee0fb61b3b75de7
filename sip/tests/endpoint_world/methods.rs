//! Every method from every kind of source, outside and inside of a dialog, against one table.

use std::net::SocketAddr;

use sip::message::Method;

use crate::handmade::Handmade;
use crate::network::{World, address, header};
use crate::offers::Call;
use crate::registrations::{phone, register, registered, signed, world};

/// What a method is answered with at once.
struct Row {
    method: &'static str,
    trunk: &'static [u16],
    phone: &'static [u16],
    stranger: &'static [u16],
    /// In a call's dialog, wherever it comes from.
    inside: &'static [u16],
    /// With a To tag that is ours by its form only.
    forged: &'static [u16],
}

/// What does nothing outside of a dialog.
const fn only_inside(method: &'static str, inside: &'static [u16]) -> Row {
    Row {
        method,
        trunk: &[481],
        phone: &[481],
        stranger: &[403],
        inside,
        forged: &[481],
    }
}

/// What is about events.
const fn eventful(method: &'static str, inside: &'static [u16]) -> Row {
    Row {
        trunk: &[489],
        phone: &[489],
        ..only_inside(method, inside)
    }
}

const UNKNOWN: &str = "DANCE";

const TABLE: &[Row] = &[
    Row {
        method: "INVITE",
        trunk: &[100],
        phone: &[401],
        stranger: &[401],
        inside: &[100],
        forged: &[481],
    },
    Row {
        method: "ACK",
        trunk: &[],
        phone: &[],
        stranger: &[],
        inside: &[],
        forged: &[],
    },
    only_inside("BYE", &[200]),
    Row {
        stranger: &[481],
        ..only_inside("CANCEL", &[481])
    },
    Row {
        trunk: &[200],
        phone: &[200],
        stranger: &[],
        ..only_inside("OPTIONS", &[200])
    },
    Row {
        method: "REGISTER",
        trunk: &[401],
        phone: &[401],
        stranger: &[401],
        inside: &[401],
        forged: &[401],
    },
    only_inside("PRACK", &[481]),
    only_inside("UPDATE", &[200]),
    Row {
        trunk: &[403],
        phone: &[403],
        ..only_inside("REFER", &[400])
    },
    eventful("NOTIFY", &[489]),
    eventful("SUBSCRIBE", &[489]),
    Row {
        trunk: &[202],
        phone: &[401],
        ..only_inside("MESSAGE", &[200])
    },
    only_inside("INFO", &[200]),
    eventful("PUBLISH", &[405]),
    Row {
        trunk: &[501],
        phone: &[501],
        inside: &[501],
        ..only_inside(UNKNOWN, &[501])
    },
];

fn row(method: &str) -> &'static Row {
    let found = TABLE.iter().find(|row| row.method == method);
    found.unwrap_or_else(|| panic!("{method} is missing in the table"))
}

fn methods() -> impl Iterator<Item = &'static str> {
    let known = Method::KNOWN.iter().map(|method| method.as_str());
    known.chain([UNKNOWN])
}

fn stranger() -> SocketAddr {
    SocketAddr::from(([203, 0, 113, 77], 5060))
}

/// An endpoint with a registered phone, in the network of a trunk.
fn inhabited() -> World {
    let mut world = world();
    registered(&mut world, &register(1), "secret");
    world
}

#[test]
fn every_method_outside_of_a_dialog_is_answered_by_the_table() {
    for method in methods() {
        let row = row(method);
        for (source, expected) in [
            (address(50), row.trunk),
            (phone(), row.phone),
            (stranger(), row.stranger),
        ] {
            let mut world = inhabited();
            let statuses = world.statuses(source, &Handmade::new(row.method, source));
            assert_eq!(statuses, expected, "{method} from {source}");
        }
    }
}

#[test]
fn every_method_inside_of_a_dialog_is_answered_by_the_table() {
    for method in methods() {
        let row = row(method);
        for source in [address(50), stranger()] {
            let mut call = Call::established();
            let request = call.request(row.method, 7);
            let statuses = call.world.statuses(source, &request);
            assert_eq!(statuses, row.inside, "{method} from {source}");
        }
    }
}

#[test]
fn every_method_in_a_dialog_that_is_not_there_is_answered_by_the_table() {
    for method in methods() {
        let row = row(method);
        for source in [address(50), stranger()] {
            let mut world = inhabited();
            let request = Handmade::new(row.method, source)
                .with("To", "<sip:8001@trunkline>;tag=0123456789abcdef");
            let expected = if method == UNKNOWN {
                &[481][..]
            } else {
                row.forged
            };
            assert_eq!(world.statuses(source, &request), expected, "{method}");
        }
    }
}

#[test]
fn a_stranger_with_credentials_is_asked_for_good_ones() {
    let mut world = world();
    let options = Handmade::new("OPTIONS", phone());
    let forged = options.clone().with(
        "Authorization",
        "Digest username=\"8001\", realm=\"trunkline\", nonce=\"x\", uri=\"sip:trunkline\", \
         response=\"00000000000000000000000000000000\"",
    );
    let challenge = world.exchange(phone(), &forged).remove(0);
    assert_eq!(crate::network::code(&challenge), Some(401));

    let honest = signed(&options, "OPTIONS", &challenge, "secret");
    assert_eq!(world.statuses(phone(), &honest), [200]);
}

#[test]
fn events_outside_of_a_dialog_are_refused_by_kind() {
    let mut world = inhabited();
    for (method, event, status) in [
        ("SUBSCRIBE", "message-summary", 489),
        ("SUBSCRIBE", "refer", 403),
        ("NOTIFY", "keep-alive", 489),
        ("NOTIFY", "refer;id=1", 481),
        ("PUBLISH", "presence", 489),
    ] {
        let request = Handmade::new(method, address(50)).with("Event", event);
        let answers = world.exchange(address(50), &request);
        assert_eq!(answers[0].status().unwrap().code(), status, "{method}");
        let known = if status == 489 { "refer" } else { "" };
        assert_eq!(header(&answers[0], "Allow-Events"), known);
    }
}
