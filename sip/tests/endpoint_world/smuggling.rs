//! No header of theirs can be read in two ways, however it is written.

use bytes::{Bytes, BytesMut};
use sip::message::{Framing, Message, Name};
use sip::{Event, Incoming, Invite};

use crate::handmade::Handmade;
use crate::injection::names;
use crate::network::{ANSWER, OFFER, World, address, code, invite_to};
use crate::registrations::{phone, signed, world};

/// Headers that somebody could gain by, with a value that means something.
const WANTED: &[(&str, &str)] = &[
    ("P-Asserted-Identity", "<sip:95588@bank>"),
    ("Diversion", "<sip:8002@h>;reason=user-busy"),
    ("X-Account", "42"),
    ("Remote-Party-ID", "<sip:95588@bank>;party=calling"),
    (
        "History-Info",
        "<sip:8002@h?Reason=SIP%3Bcause%3D486>;index=1, <sip:8003@h>;index=1.1",
    ),
    ("Privacy", "id"),
    ("Contact", "<sip:evil@h>"),
    ("Content-Length", "0"),
    ("Max-Forwards", "3"),
    ("Require", "teleport"),
];

/// A header written so that some reader may miss or find it: what stands between the lines of a
/// request.
fn variants(name: &str, value: &str) -> Vec<String> {
    let upper = name.to_ascii_uppercase();
    let lower = name.to_ascii_lowercase();
    let cut = name.len() / 2;
    let (head, tail) = name.split_at(cut);
    vec![
        format!("{name}: {value}"),
        format!("{lower}:{value}"),
        format!("{upper}:\t{value}"),
        format!("{name} : {value}"),
        format!("{name}\t:{value}"),
        format!("{name}  \t : {value}"),
        format!("{name}:\r\n {value}"),
        format!("{name}:\r\n\t \r\n {value}"),
        format!("{name}\r\n : {value}"),
        format!(" {name}: {value}"),
        format!("\t{name}: {value}"),
        format!("X-A: 1\n{name}: {value}"),
        format!("X-A: 1\r{name}: {value}"),
        format!("X-A: 1\0{name}: {value}"),
        format!("X-A: 1\r\n {name}: {value}"),
        format!("X-A: \"1\r\n{name}: {value}\""),
        format!("X-A: 1\u{b}{name}: {value}"),
        format!("X-A: 1\u{85}{name}: {value}"),
        format!("X-A: 1\u{2028}{name}: {value}"),
        format!("{name}\u{ff1a} {value}"),
        format!("{name}:: {value}"),
        format!("{name}\0: {value}"),
        format!("{name}\u{a0}: {value}"),
        format!("{name};x: {value}"),
        format!("\"{name}\": {value}"),
        format!("{head}\r\n {tail}: {value}"),
        format!("{head} {tail}: {value}"),
        format!("{head}\0{tail}: {value}"),
        format!(": {value}\r\n{name}"),
        format!("{name}: {value}\r\n{lower}: {value}"),
        format!("{name}:\r\n{name}: {value}"),
        format!("{name}: {value}\n\r\n"),
    ]
}

/// A phone's call with these lines between its own.
fn invite_between(lines: &str) -> Handmade {
    let offer = String::from_utf8(OFFER.to_vec()).unwrap();
    Handmade::new("INVITE", address(50))
        .with("X-First", &format!("1\r\n{lines}\r\nX-Last: 2"))
        .body("application/sdp", &offer)
}

fn came(world: &mut World) -> Option<Incoming> {
    let events = std::mem::take(&mut world.parties[0].events);
    events.into_iter().find_map(|event| match event {
        Event::Incoming { incoming, .. } => Some(incoming),
        _ => None,
    })
}

/// Everything that is read in the message is read again in what is printed of it.
fn assert_read_alike(message: &Message, lines: &str) {
    let mut printed = BytesMut::new();
    message.print(&mut printed);
    let again = Message::parse(printed.freeze(), Framing::Datagram).unwrap();
    assert_eq!(names(message), names(&again), "{lines:?}");
    for (left, right) in message.iter().zip(again.iter()) {
        assert_eq!(left.name(), right.name(), "{lines:?}");
        assert_eq!(left.unfolded(), right.unfolded(), "{lines:?}");
    }
    assert_eq!(message.body(), again.body(), "{lines:?}");
}

#[test]
fn a_header_written_in_any_way_is_read_alike_by_all_who_read_it() {
    let mut counted = 0;
    for (name, value) in WANTED {
        for lines in variants(name, value) {
            counted += 1;
            let request = invite_between(&lines);
            let mut world = world();
            world.statuses(address(50), &request);
            let incoming = came(&mut world);
            let text = Bytes::from(request.text());
            let Ok(message) = Message::parse(text, Framing::Datagram) else {
                assert!(incoming.is_none(), "{lines:?}");
                continue;
            };
            assert_read_alike(&message, &lines);
            if let Some(incoming) = incoming {
                assert_eq!(
                    incoming.asserted,
                    message
                        .asserted_identity()
                        .or_else(|| message.remote_party()),
                    "{lines:?}"
                );
                assert_eq!(incoming.diversion, message.last_diversion(), "{lines:?}");
                assert_sent_on(&incoming, &message, &lines);
            }
        }
    }
    assert!(counted >= 200, "{counted} variants");
}

/// What is handed on and sent again has the names that were read.
fn assert_sent_on(incoming: &Incoming, message: &Message, lines: &str) {
    let read = message.iter().filter(|header| {
        let is_own = header.name_text().to_ascii_lowercase().starts_with("x-");
        is_own || matches!(header.name(), Name::PAssertedIdentity | Name::Diversion)
    });
    let read: Vec<_> = read.map(|header| header.name_text().to_owned()).collect();
    let handed: Vec<_> = incoming
        .headers
        .iter()
        .map(|(name, _)| name.clone())
        .collect();
    assert_eq!(handed, read, "{lines:?}");
    let own: Vec<_> = incoming
        .headers
        .iter()
        .filter(|(name, _)| name.to_ascii_lowercase().starts_with("x-"))
        .map(|(name, value)| (name.clone(), String::from_utf8_lossy(value).into_owned()))
        .collect();
    let mut world = World::new(1);
    world.add("a", 1);
    let onward = Invite {
        headers: own.clone(),
        ..invite_to(address(9))
    };
    if world.act(0, |a, now| a.invite(now, onward)).is_ok() {
        world.run_for(20);
        let sent = world.stray.remove(0);
        let sent: Vec<_> = sent
            .iter()
            .filter(|header| header.name_text().to_ascii_lowercase().starts_with("x-"))
            .map(|header| header.name_text().to_owned())
            .collect();
        let own: Vec<_> = own.into_iter().map(|(name, _)| name).collect();
        assert_eq!(sent, own, "{lines:?}");
    }
}

#[test]
fn a_phone_smuggles_nothing_in() {
    for (name, value) in WANTED {
        for lines in variants(name, value) {
            let request = invite_between(&lines);
            let mut world = world();
            let plain = Handmade::new("INVITE", phone());
            let challenge = world.exchange(phone(), &plain).remove(0);
            assert_eq!(code(&challenge), Some(401));
            let request = signed(&request, "INVITE", &challenge, "secret");
            world.inject(phone(), address(1), &request.text());
            world.run_for(50);
            let Some(incoming) = came(&mut world) else {
                continue;
            };
            assert_eq!(incoming.asserted, None, "{lines:?}");
            assert_eq!(incoming.diversion, None, "{lines:?}");
            assert!(incoming.history.is_empty(), "{lines:?}");
            assert!(incoming.headers.is_empty(), "{lines:?}");
        }
    }
}

#[test]
fn an_answer_repeats_only_what_it_must_of_a_request() {
    let allowed = [
        "via",
        "from",
        "to",
        "call-id",
        "cseq",
        "server",
        "contact",
        "allow",
        "supported",
        "content-type",
        "content-length",
    ];
    for (name, value) in WANTED {
        for lines in variants(name, value) {
            let mut world = world();
            world.statuses(address(50), &invite_between(&lines));
            if came(&mut world).is_none() {
                continue;
            }
            let session = *world.parties[0].saved.keys().next().unwrap();
            world.act(0, |a, now| {
                a.answer(now, session, Bytes::from_static(ANSWER)).unwrap();
            });
            world.run_for(20);
            for header in names(&world.stray[0]) {
                assert!(allowed.contains(&header.as_str()), "{header} for {lines:?}");
            }
        }
    }
}
