//! What modern phones ask of a registrar: flows that are kept, names that lead to one phone, the
//! proxies in between; and whether a silent phone is still there.

use std::time::Duration;

use sip::Direction::{In, Out};
use sip::{Config, Event, Registrations, Transport};

use crate::desk::{Desk, udp};
use crate::handmade::{code, header};
use crate::network::{address, config};
use crate::registrations::reply_to;

const ONE: &str =
    "<sip:8001@10.0.0.7:5060>;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>\"";

fn with_reg_id(number: u8) -> String {
    format!("{ONE};reg-id={number}")
}

fn registered(contacts: usize) -> Event {
    Event::Registered {
        user: "8001".to_owned(),
        contacts,
    }
}

fn probing() -> Desk {
    Desk::with(Config {
        registrations: Registrations {
            probe_after: Some(Duration::from_secs(30)),
            ..Registrations::default()
        },
        ..config(address(1))
    })
}

#[test]
fn each_flow_of_a_phone_is_a_binding_and_the_youngest_is_called() {
    let mut desk = Desk::new();
    let (first, second) = (
        desk.connect(Transport::Tls, 9),
        desk.connect(Transport::Tls, 10),
    );
    for (flow, number) in [(first, 1), (second, 2)] {
        let request = desk
            .request(flow, &with_reg_id(number))
            .with("Supported", "path, outbound");
        let answer = desk.register(flow, &request);
        assert_eq!(code(&answer), Some(200));
        assert_eq!(header(&answer, "Require"), "outbound");
        assert_eq!(header(&answer, "Flow-Timer"), "120");
        desk.run_for(1);
    }

    let contacts = desk.endpoint.contacts(desk.now, "8001");
    assert_eq!(contacts.len(), 1, "one phone is called once");
    assert_eq!(contacts[0].flow, second);
    desk.close(second);
    assert_eq!(desk.endpoint.contacts(desk.now, "8001")[0].flow, first);
    assert_eq!(desk.events, [registered(1), registered(2), registered(1)]);
}

#[test]
fn a_flow_that_is_registered_again_replaces_itself_wherever_the_phone_is() {
    let mut desk = Desk::new();
    for number in [9, 10] {
        let flow = desk.connect(Transport::Wss, number);
        let contact = with_reg_id(1).replace("10.0.0.7", &format!("n{number}.invalid"));
        let request = desk.request(flow, &contact).with("Supported", "outbound");
        let answer = desk.register(flow, &request);
        assert_eq!(answer.headers_named("Contact").count(), 1);
        assert!(header(&answer, "Contact").contains(&format!("n{number}.invalid")));
        assert!(header(&answer, "Contact").ends_with(";reg-id=1"));
    }
    assert_eq!(
        desk.events,
        [registered(1), registered(1)],
        "each change is told"
    );
}

#[test]
fn a_phone_that_reboots_as_the_same_device_leaves_no_ghost() {
    let mut desk = Desk::new();
    for number in [9, 10] {
        let contact = ONE.replace("10.0.0.7", &format!("10.0.0.{number}"));
        let request = desk.request(udp(number), &contact);
        let answer = desk.register(udp(number), &request);
        assert_eq!(answer.headers_named("Contact").count(), 1);
    }
}

#[test]
fn a_proxy_that_keeps_no_flow_stands_against_outbound() {
    let mut desk = Desk::new();
    let flow = desk.connect(Transport::Tcp, 9);
    for (path, status) in [
        (None, 439),
        (Some("<sip:p.example;lr>"), 439),
        (Some("<sip:x@p.example;lr;ob>"), 200),
    ] {
        let request = desk
            .request(flow, &with_reg_id(1))
            .with("Supported", "path, outbound");
        let via = header(
            &sip::message::Message::parse(request.text().into(), sip::message::Framing::Stream)
                .unwrap(),
            "Via",
        );
        let mut request = request.with("Via", &format!("{via}, SIP/2.0/UDP 10.0.0.7"));
        if let Some(path) = path {
            request = request.with("Path", path);
        }
        assert_eq!(
            code(&desk.register(flow, &request)),
            Some(status),
            "{path:?}"
        );
    }
}

#[test]
fn requests_to_a_phone_behind_proxies_go_by_its_path() {
    let mut desk = Desk::new();
    let flow = udp(9);
    let request = desk
        .request(flow, "<sip:8001@10.0.0.7:5060>")
        .with("Supported", "path")
        .with("Path", "<sip:near.example;lr>, <sip:far.example;lr>");
    let answer = desk.register(flow, &request);
    let echoed: Vec<_> = answer.headers_named("Path").collect();
    assert_eq!(
        echoed,
        [b"<sip:near.example;lr>".as_slice(), b"<sip:far.example;lr>"]
    );

    desk.call();

    let invite = desk.last();
    let routes: Vec<_> = invite.headers_named("Route").collect();
    assert_eq!(routes, echoed);
    assert_eq!(
        invite.request_uri().unwrap().as_str(),
        "sip:8001@10.0.0.7:5060"
    );
    assert_eq!(desk.take_sent(), [("INVITE".to_owned(), flow)]);
}

#[test]
fn a_path_is_not_shown_to_a_phone_that_does_not_know_it() {
    let mut desk = Desk::new();
    let request = desk
        .request(udp(9), "<sip:8001@10.0.0.7:5060>")
        .with("Path", "<sip:near.example;lr>");
    assert_eq!(
        desk.register(udp(9), &request)
            .headers_named("Path")
            .count(),
        0
    );
}

#[test]
fn a_phone_has_names_that_lead_to_it_alone() {
    let mut desk = Desk::new();
    let request = desk.request(udp(9), ONE).with("Supported", "gruu");
    let answer = desk.register(udp(9), &request);
    let other = desk.request(udp(10), "<sip:8001@10.0.0.8>");
    desk.register(udp(10), &other);
    let contact = header(&answer, "Contact");
    let name = |parameter: &str| {
        let text = contact.split(&format!(";{parameter}=\"")).nth(1).unwrap();
        text.split('"').next().unwrap().to_owned()
    };

    let (public, temporary) = (name("pub-gruu"), name("temp-gruu"));

    assert_eq!(
        public,
        "sip:8001@trunkline;gr=urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF"
    );
    assert!(!temporary.contains("8001"), "{temporary}");
    for (uri, phones) in [
        (public.as_str(), 1),
        (temporary.as_str(), 1),
        ("sip:8001@trunkline", 2),
        ("sip:8001@trunkline;gr=urn:uuid:other", 0),
        ("sip:tgruu.00@trunkline;gr", 0),
        ("sip:8001@trunkline;gr", 0),
    ] {
        let found = desk.endpoint.contacts_of(desk.now, uri);
        assert_eq!(found.len(), phones, "{uri}");
        assert!(phones != 1 || found[0].flow == udp(9), "{uri}");
    }
}

#[test]
fn temporary_names_are_fresh_with_each_registration_and_outlive_a_restart() {
    let mut desk = Desk::new();
    let mut names = Vec::new();
    for _ in 0..6 {
        let request = desk.request(udp(9), ONE).with("Supported", "gruu");
        let contact = header(&desk.register(udp(9), &request), "Contact");
        let name = contact.split("temp-gruu=\"").nth(1).unwrap().to_owned();
        names.push(name.split('"').next().unwrap().to_owned());
    }
    desk.restart(&[]);
    let known: Vec<_> = names
        .iter()
        .map(|name| desk.endpoint.contacts_of(desk.now, name).len())
        .collect();
    assert_eq!(known, [0, 0, 1, 1, 1, 1], "the youngest four");
}

#[test]
fn a_service_route_is_given_to_all_who_register() {
    let mut desk = Desk::with(Config {
        registrations: Registrations {
            service_route: vec!["sip:edge.example;lr".to_owned()],
            ..Registrations::default()
        },
        ..config(address(1))
    });
    let request = desk.request(udp(9), ONE);
    let answer = desk.register(udp(9), &request);
    assert_eq!(header(&answer, "Service-Route"), "<sip:edge.example;lr>");
}

#[test]
fn extensions_of_registration_may_be_required() {
    let mut desk = Desk::new();
    let request = desk.request(udp(9), ONE).with("Require", "gruu, path");
    assert_eq!(code(&desk.register(udp(9), &request)), Some(200));
    let request = desk.request(udp(9), ONE).with("Require", "gruu, teleport");
    desk.hear(udp(9), &request.text());
    assert_eq!(code(&desk.last()), Some(420));
    assert_eq!(header(&desk.last(), "Unsupported"), "teleport");
}

#[test]
fn a_silent_phone_behind_nat_is_asked_and_kept_while_it_answers() {
    let mut desk = probing();
    let request = desk.request(udp(9), ONE);
    desk.register(udp(9), &request);
    for _ in 0..5 {
        desk.run_for(30);
        let answer = reply_to(&desk.last(), "405 Method Not Allowed", ONE);
        assert_eq!(desk.take_sent(), [("OPTIONS".to_owned(), udp(9))]);
        desk.hear(udp(9), &answer);
    }
    assert_eq!(desk.events, [registered(1)]);
}

#[test]
fn a_phone_that_pings_by_itself_is_never_asked() {
    let mut desk = probing();
    let request = desk.request(udp(9), ONE);
    desk.register(udp(9), &request);
    for _ in 0..20 {
        desk.run_for(20);
        desk.hear(udp(9), "\r\n\r\n");
    }
    assert!(desk.take_sent().is_empty());
}

#[test]
fn a_phone_that_does_not_answer_is_gone() {
    let mut desk = probing();
    let request = desk.request(udp(9), ONE);
    desk.register(udp(9), &request);

    desk.run_for(63);

    assert_eq!(desk.events, [registered(1), registered(0)]);
    assert!(desk.endpoint.contacts(desk.now, "8001").is_empty());
    desk.run_for(600);
    assert_eq!(desk.endpoint.counters().dead_flows, 1);
    assert_eq!(desk.endpoint.poll_timeout(), None);
}

#[test]
fn phones_that_are_not_behind_nat_and_those_on_connections_are_not_asked() {
    let mut desk = probing();
    let request = desk.request(udp(9), "<sip:8001@203.0.113.9:40000>");
    desk.register(udp(9), &request);
    let flow = desk.connect(Transport::Tcp, 10);
    let request = desk.request(flow, ONE);
    desk.register(flow, &request);
    desk.run_for(300);
    assert!(desk.take_sent().is_empty());
}

#[test]
fn the_ladder_of_a_registration_shows_everything_but_its_secret() {
    let mut desk = Desk::new();
    let request = desk.request(udp(9), ONE);
    desk.register(udp(9), &request);
    let call_id = "registration-over-203.0.113.9";

    let ladder = desk.endpoint.ladder(&[call_id]);

    let titles: Vec<_> = ladder
        .iter()
        .map(|entry| {
            let text = String::from_utf8_lossy(&entry.data);
            (
                entry.direction,
                text.split(' ').take(2).last().unwrap().to_owned(),
            )
        })
        .collect();
    let wanted = [
        (In, "sip:trunkline"),
        (Out, "401"),
        (In, "sip:trunkline"),
        (Out, "200"),
    ];
    assert_eq!(
        titles,
        wanted.map(|(direction, text)| (direction, text.to_owned()))
    );
    assert!(
        ladder
            .iter()
            .all(|entry| entry.remote == udp(9).remote && entry.at == desk.now)
    );
    let signed = String::from_utf8_lossy(&ladder[2].data).into_owned();
    assert!(
        signed.contains("response=\"********************************\""),
        "{signed}"
    );
}
